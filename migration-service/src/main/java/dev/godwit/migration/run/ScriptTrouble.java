package dev.godwit.migration.run;

import dev.godwit.migration.definition.SchemaDefinition.Patience;
import dev.godwit.migration.run.ConcurrentWork.BeingBuiltException;
import dev.godwit.migration.run.ScriptWork.OvertakenException;
import dev.godwit.migration.run.ScriptWork.Piece;
import dev.godwit.migration.run.ScriptWork.StatementFailedException;
import dev.godwit.migration.run.StatementJournal.Next;
import dev.godwit.migration.script.Effects;
import dev.godwit.migration.script.ObjectName;
import dev.godwit.migration.script.ScriptStatement;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/** What keeps a script from going on: said in the run's reason, tried again where that can help, and given up where not. */
@ApplicationScoped
class ScriptTrouble {

    private static final Logger LOG = Logger.getLogger(ScriptTrouble.class);

    private static final Duration PAUSE_FIRST = Duration.ofMillis(200);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(10);
    private static final int DOUBLINGS_MAX = 10;

    private static final String TELL = """
            UPDATE godwit.run
               SET reason = $2, updated_at = clock_timestamp()
             WHERE id = $1
               AND state = $3
               AND reason IS DISTINCT FROM $2
            """;

    /** Sessions that hold locks on the tables, the longest transactions first; what they do is theirs, so no statement is shown. */
    private static final String HOLDERS = """
            SELECT string_agg('pid ' || h.pid || ' (' || coalesce(nullif(h.application_name, ''), h.usename, h.backend_type) || ', ' || coalesce(h.state, '?')
                              || ', since ' || to_char(h.xact_start, 'HH24:MI:SS') || ')', '; ') AS holders
              FROM (SELECT DISTINCT a.pid, a.application_name, a.usename, a.backend_type, a.state, a.xact_start
                      FROM pg_locks AS l
                      JOIN pg_stat_activity AS a ON a.pid = l.pid
                     WHERE l.relation IN (SELECT to_regclass(t.name)::oid FROM unnest($1::text[]) AS t(name))
                       AND l.granted
                       AND a.xact_start IS NOT NULL
                       AND a.pid <> pg_backend_pid()
                     ORDER BY a.xact_start
                     LIMIT 3) AS h
            """;

    /** The session that works on the run's script, whichever instance opened it, and how far its index is. */
    private static final String WORKER = """
            SELECT l.pid, p.phase, p.blocks_done, p.blocks_total,
                   nullif(coalesce(p.current_locker_pid, 0), 0) AS locker
              FROM pg_locks AS l
              LEFT JOIN pg_stat_progress_create_index AS p ON p.pid = l.pid
             WHERE l.locktype = 'advisory'
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.classid = $1::integer::oid
               AND l.objid = $2::bigint::oid
               AND l.granted
             LIMIT 1
            """;

    private static final String INTERRUPT = "SELECT pg_cancel_backend($1)";

    private final Runs runs;
    private final Pool pool;

    @Inject
    ScriptTrouble(Runs runs, Pool pool) {
        this.runs = runs;
        this.pool = pool;
    }

    static void log(Run run, Throwable failure) {
        LOG.warnf("Run %s: its script cannot go on now: %s", run.id(), PgErrors.describe(failure));
    }

    /** Process id of the session that works on the run's script. */
    Uni<Optional<Integer>> worker(Run run) {
        return runs.execute(WORKER, ScriptWork.SCRIPT, run.serial())
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(row -> row.getInteger("pid")));
    }

    /** Ends a statement of ours; its session lives on and tidies up. */
    Uni<Void> interrupt(int pid) {
        return runs.execute(INTERRUPT, pid).replaceWithVoid();
    }

    /** Says how far a statement is that lasts. */
    Uni<Void> describe(Run run) {
        return runs.execute(WORKER, ScriptWork.SCRIPT, run.serial())
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().voidItem()
                        : tell(run, progress(rows.iterator().next())));
    }

    private static String progress(Row row) {
        String phase = row.getString("phase");
        if (phase == null) {
            return "a statement outside transactions is at work (pid " + row.getInteger("pid") + ")";
        }
        long total = row.getLong("blocks_total");
        String share = total == 0 ? "" : ", " + 100 * row.getLong("blocks_done") / total + " %";
        String locker = row.getValue("locker") == null ? "" : ", waits for pid " + row.getValue("locker");
        return "index: " + phase + share + locker;
    }

    private Uni<Void> tell(Run run, String reason) {
        return runs.execute(TELL, run.id(), reason, run.state().wireName()).replaceWithVoid();
    }

    /** Decides about a failed piece of work. Nothing of it was done, or its journal says so. */
    Uni<Void> meet(Piece piece, Next next, Throwable failure) {
        if (failure instanceof OvertakenException) {
            return Uni.createFrom().voidItem();
        }
        Patience patience = piece.once().patience();
        if (!mayHelp(failure)) {
            return giveUp(piece, describe(piece, failure));
        }
        return waitedFor(piece, failure)
                .chain(why -> next.attempts() + 1 >= patience.attempts()
                        ? giveUp(piece, why + "; given up after " + patience.attempts() + " attempts")
                        : later(
                                piece,
                                next,
                                why + "; attempt " + (next.attempts() + 1) + " of " + patience.attempts()));
    }

    /** Locks are worth another try, and so is a server that was not there; a statement that is wrong, or takes too long, is not. */
    private static boolean mayHelp(Throwable failure) {
        return PgErrors.isContended(failure)
                || failure instanceof BeingBuiltException
                || PgErrors.classify(failure) == ErrorClass.UNAVAILABLE;
    }

    private static String describe(Piece piece, Throwable failure) {
        String what = PgErrors.describe(
                failure instanceof StatementFailedException && failure.getCause() != null
                        ? failure.getCause()
                        : failure);
        if (!(failure instanceof StatementFailedException failed)) {
            return what;
        }
        ScriptStatement statement = failed.statement();
        return "statement " + statement.number() + " of " + piece.direction().wireName() + " ("
                + statement.sql().label() + "): " + what;
    }

    private Uni<String> waitedFor(Piece piece, Throwable failure) {
        String[] tables = piece.statements().stream()
                .flatMap(statement -> Effects.tables(statement.sql()).stream())
                .map(ObjectName::quoted)
                .distinct()
                .toArray(String[]::new);
        String what = describe(piece, failure);
        return runs.execute(HOLDERS, (Object) tables)
                .map(rows -> rows.iterator().next().getString("holders"))
                .map(holders -> holders == null ? what : what + "; locked by " + holders)
                .onFailure()
                .recoverWithItem(what);
    }

    private Uni<Void> later(Piece piece, Next next, String reason) {
        return StatementJournal.delay(pool, piece.run().id(), piece.direction(), next.number(), pause(next.attempts()))
                .chain(() -> tell(piece.run(), reason));
    }

    /** Twice as long each time, and never the same twice, so that two who meet do not meet again. */
    static Duration pause(int attempts) {
        long full = Math.min(PAUSE_MAX.toMillis(), PAUSE_FIRST.toMillis() << Math.min(attempts, DOUBLINGS_MAX));
        return Duration.ofMillis(full / 2 + ThreadLocalRandom.current().nextLong(full + 1));
    }

    private Uni<Void> giveUp(Piece piece, String reason) {
        return StatementJournal.rest(pool, piece.run().id())
                .chain(() -> runs.fail(piece.run().id(), reason))
                .replaceWithVoid();
    }
}
