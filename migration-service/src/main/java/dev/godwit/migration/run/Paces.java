package dev.godwit.migration.run;

import dev.godwit.migration.outbox.Outbox;
import dev.godwit.migration.pace.PaceChange;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Window;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Shows how fast a run may go and why, and changes what was asked for. Instances act on a change at their next round, a second later. */
@ApplicationScoped
public class Paces {

    private static final Logger LOG = Logger.getLogger(Paces.class);
    private static final String TYPE = "dev.godwit.run.pace";
    private static final String CHANGED = "dev.godwit.run.pace-changed";

    private static final String SHOW = """
            SELECT r.id, r.state, r.pace, r.max_rate, r.only_between, p.share, p.sharers, p.stopped_since, p.detail, p.decided_at,
                   CASE WHEN p.decided_at > clock_timestamp() - interval '10 seconds' THEN p.signals END AS signals
              FROM godwit.run AS r
              LEFT JOIN godwit.pace AS p ON p.run_id = r.id
             WHERE r.id = $1
            """;

    /** No row: the run has ended. */
    private static final String CHANGE = """
            UPDATE godwit.run
               SET pace = coalesce($2, pace), only_between = CASE WHEN $4 THEN NULL ELSE coalesce($3, only_between) END, updated_at = clock_timestamp()
              FROM (SELECT id AS changed, pace AS former_pace, only_between AS former_between FROM godwit.run WHERE id = $1 FOR UPDATE) AS former
             WHERE id = former.changed
               AND state NOT IN ('planned', 'cancelled')
            RETURNING migration, former_pace, former_between, pace, only_between
            """;

    private final Runs runs;
    private final CommandLog log;

    @Inject
    Paces(Runs runs, CommandLog log) {
        this.runs = runs;
        this.log = log;
    }

    /** What was asked for, what is in force, why, and every signal as it was last read; fails with {@link Refusal} when there is no such run. */
    public Uni<JsonObject> show(String runId) {
        return runs.snapshot(runId).chain(snapshot -> runs.execute(SHOW, runId)
                .map(rows -> toJson(rows.iterator().next(), snapshot.getJsonObject("throttle"))));
    }

    private static JsonObject toJson(Row row, JsonObject throttle) {
        JsonArray signals = row.getJsonArray("signals");
        return new JsonObject()
                .put("run", row.getString("id"))
                .put("state", row.getString("state"))
                .put("pace", row.getString("pace"))
                .put("onlyBetween", row.getString("only_between"))
                .put("maxRate", row.getInteger("max_rate"))
                .put("reason", throttle.getString("reason"))
                .put("detail", throttle.getString("detail"))
                .put("share", throttle.getDouble("share"))
                .put("sharers", row.getInteger("sharers"))
                .put("stoppedSince", iso(row.getOffsetDateTime("stopped_since")))
                .put("decidedAt", iso(row.getOffsetDateTime("decided_at")))
                .put("signals", signals == null ? new JsonArray() : signals);
    }

    private static String iso(OffsetDateTime time) {
        return time == null ? null : time.toInstant().toString();
    }

    /** Changes the pace of a run that has not ended, unless a command with this id did it before; answers {@link #show}. */
    public Uni<JsonObject> change(PaceChange change) {
        return log.find(change.commandId())
                .chain(done -> done.isPresent() ? Uni.createFrom().voidItem() : changeNow(change))
                .chain(() -> show(change.run()));
    }

    private static Row changed(Run run, RowSet<Row> rows) {
        if (rows.rowCount() == 0) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "illegal_transition",
                    "run '" + run.id() + "' is " + run.state().wireName()
                            + ": there is nothing whose pace could change");
        }
        return rows.iterator().next();
    }

    private static Uni<Void> tell(SqlConnection connection, PaceChange change, Row row) {
        JsonObject data = new JsonObject()
                .put("run", change.run())
                .put("migration", row.getString("migration"))
                .put("from", terms(row.getString("former_pace"), row.getString("former_between")))
                .put("to", terms(row.getString("pace"), row.getString("only_between")))
                .put("requestedBy", change.requestedBy())
                .put("reason", change.reason().orElse(null))
                .put("commandId", change.commandId())
                .put("at", Instant.now().toString());
        return Outbox.append(connection, Outbox.RUNS, change.run(), CHANGED, change.run(), data);
    }

    private static JsonObject terms(String pace, String onlyBetween) {
        return new JsonObject().put("pace", pace).put("onlyBetween", onlyBetween);
    }

    private Uni<Void> changeNow(PaceChange change) {
        Tuple row = Tuple.of(
                change.run(),
                change.level().map(PaceLevel::wireName).orElse(null),
                change.window().map(Window::toString).orElse(null),
                change.anyTime());
        return runs.find(change.run())
                .map(found -> found.orElseThrow(() -> Runs.unknownRun(change.run())))
                .chain(run -> runs.inTransaction(connection -> CommandLog.claim(
                                connection, change.commandId(), TYPE, change.run(), Optional.empty())
                        .chain(() -> connection.preparedQuery(CHANGE).execute(row))
                        .map(rows -> changed(run, rows))
                        .chain(changed -> tell(connection, change, changed))))
                .invoke(() -> LOG.infof(
                        "Run %s: %s asked for pace %s, window %s",
                        change.run(),
                        change.requestedBy(),
                        change.level().map(PaceLevel::wireName).orElse("as it was"),
                        change.anyTime()
                                ? "none"
                                : change.window().map(Window::toString).orElse("as it was")))
                .chain(() -> runs.announceProgress(change.run()));
    }
}
