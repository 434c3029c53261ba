package dev.godwit.migration.health;

/** Another instance measures by now, because this one was silent for too long: what it measured is not told. */
final class LostTurnException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LostTurnException(long turn) {
        super("turn " + turn + " was taken over", null, false, false);
    }
}
