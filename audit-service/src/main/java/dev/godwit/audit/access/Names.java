package dev.godwit.audit.access;

/** Names of people and programs that others vouch for. */
final class Names {

    /** What stands before a name that nobody proved. */
    static final String CLAIMED = "claimed:";

    private static final int LENGTH_MAX = 200;

    private Names() {}

    /** Whether the name can be recorded: not blank, not too long, without control characters, and not one that looks like a claim. */
    static boolean areGood(String name) {
        return !name.isBlank()
                && name.length() <= LENGTH_MAX
                && !name.startsWith(CLAIMED)
                && name.codePoints().noneMatch(Character::isISOControl)
                && name.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }
}
