package dev.godwit.migration.sql;

import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** The only reader of SQLSTATEs. Messages are never matched. */
public final class PgErrors {

    /**
     * 23505, 23503 and 23001 are contention for a batch: somebody took the target key, or inserted a child, after the batch had looked. What persists after the
     * retries is data. 57014 is a statement timeout, 25P03 and 25P04 the session's own time limits, which end the session.
     */
    private static final Set<String> CONTENTION =
            Set.of("55P03", "40001", "40P01", "57014", "23505", "23503", "23001", "55006", "25P03", "25P04", "25P02");

    /** 58 is what the operating system refuses, such as reading a block: no row is to blame. */
    private static final Set<String> UNAVAILABLE_CLASSES = Set.of("08", "53", "57", "58");

    /** Names that are not there, or not of the right kind: 42 is a statement's fault, 3F a schema's. */
    private static final Set<String> STATEMENT_CLASSES = Set.of("42", "3F");

    private static final String NOT_PERMITTED = "42501";

    /** What reports a row that a policy of its table forbids; it has no SQLSTATE of its own. */
    private static final String POLICY_CHECK = "ExecWithCheckOptions";

    private PgErrors() {}

    /** Classifies a failure by the first SQLSTATE in its chain of causes. */
    public static ErrorClass classify(Throwable failure) {
        if (source(failure).isPresent()) {
            return ErrorClass.UNAVAILABLE;
        }
        Optional<PgException> error = error(failure);
        Optional<String> state = sqlState(failure);
        if (state.isPresent()) {
            return isOfStatement(error.get()) ? ErrorClass.STATEMENT : classify(state.get());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException
                    || cause instanceof TimeoutException
                    || cause instanceof io.smallrye.mutiny.TimeoutException
                    || cause instanceof io.vertx.core.VertxException
                    || cause instanceof LostCommitException) {
                return ErrorClass.UNAVAILABLE;
            }
        }
        return ErrorClass.OTHER;
    }

    /**
     * Whether the statement or the role is at fault, whatever the rows. The SQLSTATE alone does not say so: a row may have it when it is cast to the name of something that is not there, when a policy
     * forbids it, or when a function, such as a trigger of the application, raises it or puts a statement together from it. So what was raised within a function counts as the row's; and of the rest,
     * only the lack of a privilege, and what has a place in the statement's own text, which PostgreSQL names when it cannot understand it.
     */
    private static boolean isOfStatement(PgException error) {
        String state = error.getSqlState();
        boolean withinFunction = error.getWhere() != null;
        if (withinFunction || state == null || !STATEMENT_CLASSES.contains(state.substring(0, 2))) {
            return false;
        }
        return state.equals(NOT_PERMITTED) ? !POLICY_CHECK.equals(error.getRoutine()) : error.getPosition() != null;
    }

    /** Classifies a SQLSTATE by what a row can be to blame for. */
    public static ErrorClass classify(String sqlState) {
        if (CONTENTION.contains(sqlState)) {
            return ErrorClass.CONTENTION;
        }
        return UNAVAILABLE_CLASSES.contains(sqlState.substring(0, 2)) ? ErrorClass.UNAVAILABLE : ErrorClass.DATA;
    }

    private static Optional<SourceUnavailableException> source(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SourceUnavailableException source) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    /** Whether a database that imports read cannot be used; the application's own can. */
    public static boolean isSourceUnavailable(Throwable failure) {
        return source(failure).isPresent();
    }

    /** Whether the statement or the wait for a lock took too long, so that a smaller batch may succeed. */
    public static boolean isTimeout(Throwable failure) {
        return sqlState(failure)
                .filter(s -> s.equals("57014") || s.equals("55P03") || s.equals("25P04"))
                .isPresent();
    }

    /** Whether a row lock was not to be had at once ({@code NOWAIT}) or within {@code lock_timeout}. */
    public static boolean isLockNotAvailable(Throwable failure) {
        return sqlState(failure).filter("55P03"::equals).isPresent();
    }

    /** Whether an earlier statement of the transaction had failed. */
    static boolean isAborted(Throwable failure) {
        return sqlState(failure).filter("25P02"::equals).isPresent();
    }

    /** Whether others were in the way of a lock, so that the same is worth another try. */
    public static boolean isContended(Throwable failure) {
        return sqlState(failure)
                .filter(s -> s.equals("55P03") || s.equals("40P01") || s.equals("40001"))
                .isPresent();
    }

    /** Whether a statement cannot be read, or is more than one. */
    public static boolean isSyntax(Throwable failure) {
        return sqlState(failure).filter("42601"::equals).isPresent();
    }

    /** The SQLSTATE of a failure, if PostgreSQL is behind it. */
    public static Optional<String> sqlState(Throwable failure) {
        return error(failure).map(PgException::getSqlState);
    }

    private static Optional<PgException> error(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PgException pg) {
                return Optional.of(pg);
            }
        }
        return Optional.empty();
    }

    /** A stable code of a failure: its SQLSTATE, where PostgreSQL is behind it. */
    public static String code(Throwable failure) {
        return sqlState(failure).map(state -> "sqlstate_" + state).orElse("refused");
    }

    /** PostgreSQL's own sentence about a failure, without row contents; else the failure's class. */
    public static String describe(Throwable failure) {
        Optional<SourceUnavailableException> source = source(failure);
        if (source.isPresent()) {
            return source.get().getMessage();
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PgException pg) {
                return pg.getErrorMessage() + " (SQLSTATE " + pg.getSqlState() + ")";
            }
            if (cause instanceof UnknownHostException unknown) {
                // Its own message is the name and nothing else.
                return "the host name " + unknown.getMessage() + " does not resolve";
            }
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
