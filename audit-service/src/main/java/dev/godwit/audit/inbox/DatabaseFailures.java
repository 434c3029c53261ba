package dev.godwit.audit.inbox;

import io.vertx.pgclient.PgException;
import java.util.Set;

/** The only reader of SQLSTATE here. */
final class DatabaseFailures {

    /** Data exception, integrity violation, a limit of the program: the message's own fault, and the same on every try. */
    private static final Set<String> CLASSES_OF_DATA = Set.of("22", "23", "54");

    private DatabaseFailures() {}

    /** Whether the database refuses what it is given, as opposed to being away, busy or wrongly set up. */
    static boolean isDataRefused(Throwable failure) {
        return failure instanceof PgException refused
                && refused.getSqlState() != null
                && refused.getSqlState().length() == 5
                && CLASSES_OF_DATA.contains(refused.getSqlState().substring(0, 2));
    }
}
