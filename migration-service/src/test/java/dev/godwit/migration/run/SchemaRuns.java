package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.run.ScriptWork.Piece;
import dev.godwit.migration.testing.TestPostgres;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Schema migrations on the whole service: what their tests share. */
abstract class SchemaRuns extends ServiceRuns {

    static final String WORKER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = "
            + ScriptWork.SCRIPT
            + " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    @Inject
    Stamps stamps;

    @Inject
    RunContexts contexts;

    @Inject
    ScriptWork work;

    SqlConnection other;

    @BeforeEach
    void createTables() {
        execute("""
                DROP TABLE IF EXISTS note, executed, gate;
                CREATE TABLE note (id integer PRIMARY KEY, body text NOT NULL);
                INSERT INTO note SELECT n, 'note ' || n FROM generate_series(1, 1000) AS n;
                CREATE TABLE executed (what text NOT NULL);
                CREATE TABLE gate (id integer);
                """);
        other = await(TestPostgres.pool(database, "postgres").getConnection());
    }

    @AfterEach
    void endRuns() {
        await(other.query("ROLLBACK").execute().replaceWithVoid().eventually(other::close));
        values("SELECT id FROM godwit.run WHERE operation = 'schema'"
                        + " AND state IN ('backfilling', 'following', 'verifying', 'paused', 'failed')")
                .forEach(run -> command(RunCommand.CANCEL, run));
        patiently().until(() -> values("SELECT id FROM godwit.run WHERE state = 'cancelling'")
                .isEmpty());
        execute("DELETE FROM godwit.run WHERE operation = 'schema'; DELETE FROM godwit.stamp");
    }

    /** Starts the migration that waits in its transaction for a table that the test holds. */
    String startAtGate() {
        await(other.query("BEGIN; LOCK TABLE gate IN ACCESS EXCLUSIVE MODE").execute());
        String run = start("note-gated", true);
        patiently().until(() -> !values("SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'gate'::regclass")
                .isEmpty());
        return run;
    }

    /** Starts the migration whose index waits for an old snapshot. */
    String startAtIndex() {
        applyParentElsewhere();
        await(other.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").execute());
        String run = start("note-index", true);
        patiently().until(() -> !values(
                        "SELECT pid FROM pg_stat_progress_create_index WHERE phase = 'waiting for old snapshots'")
                .isEmpty());
        return run;
    }

    void applyParentElsewhere() {
        execute("ALTER TABLE note ADD COLUMN day date");
        stamp("note-column", false);
        execute("ALTER TABLE note DROP COLUMN day");
    }

    Piece piece(String id) {
        Run run = run(id);
        var context = await(contexts.of(run));
        return new Piece(
                run,
                context,
                Direction.UP,
                context.operation().runOnce().orElseThrow().up(),
                true);
    }

    String planned(String migration) {
        String run = start(migration, false);
        reach(run, "planned");
        return run;
    }

    String start(String migration, boolean commit) {
        return start(migration, commit, Optional.empty(), List.of(), false);
    }

    void stamp(String migration, boolean remove) {
        JsonObject answer = await(stamps.stamp(new Stamps.Command(
                migration, !remove, "test", Optional.empty(), UUID.randomUUID().toString())));
        assertThat(answer.getString("state")).isEqualTo(remove ? "unapplied" : "applied");
    }

    String state(String migration) {
        return await(services.migrationStates()).getString(migration, "unapplied");
    }

    void reach(String run, String state) {
        patiently().until(() -> value("SELECT state FROM godwit.run WHERE id = $1", run), state::equals);
    }

    List<String> executed() {
        return values("SELECT what FROM executed ORDER BY what");
    }

    List<String> columns() {
        return values("SELECT attname FROM pg_attribute WHERE attrelid = 'note'::regclass AND attnum > 0"
                + " AND NOT attisdropped ORDER BY attnum");
    }

    List<String> events(String run) {
        return values("""
                SELECT (o.item ->> 'key') || ' ' || (o.item ->> 'outcome')
                  FROM godwit.outbox AS b
                 CROSS JOIN LATERAL jsonb_array_elements(convert_from(b.payload, 'UTF8')::jsonb -> 'outcomes') AS o(item)
                 WHERE b.subject = $1
                   AND b.topic = 'godwit.outcomes'
                 ORDER BY 1
                """, run);
    }

    static List<String> checks(JsonObject run) {
        return run.getJsonObject("verification").getJsonArray("checks").stream()
                .map(JsonObject.class::cast)
                .map(check -> check.getString("name") + ": " + check.getString("actual"))
                .toList();
    }

    static List<String> codes(JsonArray findings) {
        return findings.stream()
                .map(finding -> ((JsonObject) finding).getString("code"))
                .toList();
    }
}
