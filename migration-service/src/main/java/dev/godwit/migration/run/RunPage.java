package dev.godwit.migration.run;

import java.util.Optional;

/**
 * Which runs are listed, newest first.
 *
 * @param migration only runs of this one
 * @param state only runs in this one, by its wire name
 * @param after the run with which the page before ended
 * @param limit at most so many
 */
public record RunPage(Optional<String> migration, Optional<String> state, Optional<String> after, int limit) {

    /** So many runs has a page at most. */
    public static final int LIMIT_MAX = 500;

    public RunPage {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw bad("parameter 'limit' is a number from 1 to " + LIMIT_MAX);
        }
    }

    /** The run with which the page before ended is not there, or not any more. */
    static Refusal unknownPlace() {
        return bad("parameter 'after' is no run: give the last one of the page before, or leave it out");
    }

    private static Refusal bad(String message) {
        return new Refusal(Refusal.Kind.BAD_REQUEST, "bad_parameter", message);
    }
}
