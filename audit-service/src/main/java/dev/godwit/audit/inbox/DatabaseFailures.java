package dev.godwit.audit.inbox;

import io.vertx.pgclient.PgException;
import java.sql.SQLException;
import java.util.Set;

/** The only reader of SQLSTATE here. */
final class DatabaseFailures {

    /** Data exception, integrity violation, a limit of the program: the message's own fault, and the same on every try. */
    private static final Set<String> CLASSES_OF_DATA = Set.of("22", "23", "54");

    private DatabaseFailures() {}

    /** Whether the database refuses what it is given, as opposed to being away, busy or wrongly set up. */
    static boolean isDataRefused(Throwable failure) {
        String state = sqlState(failure);
        return state != null && state.length() == 5 && CLASSES_OF_DATA.contains(state.substring(0, 2));
    }

    private static String sqlState(Throwable failure) {
        if (failure instanceof PgException refused) {
            return refused.getSqlState();
        }
        return failure instanceof SQLException refused ? refused.getSQLState() : null;
    }
}
