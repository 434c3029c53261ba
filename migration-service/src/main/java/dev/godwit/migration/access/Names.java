package dev.godwit.migration.access;

import dev.godwit.migration.request.Requester;

/** Names of people and programs that others vouch for. */
final class Names {

    private static final int LENGTH_MAX = 200;

    private Names() {}

    /** Whether the name can be recorded: not blank, not too long, without control characters, and not one that looks like a claim. */
    static boolean areGood(String name) {
        return !name.isBlank()
                && name.length() <= LENGTH_MAX
                && !name.startsWith(Requester.CLAIMED)
                && name.codePoints().noneMatch(Character::isISOControl)
                && name.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }
}
