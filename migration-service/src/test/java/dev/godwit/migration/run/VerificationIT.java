package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.outbox.StreamsHash;
import dev.godwit.migration.telemetry.Spans;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VerificationIT {

    @Test
    void shouldTellWhatTheLastScanFound() {
        Engine engine = Engine.on(
                "verification",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text); CREATE TABLE log (id int PRIMARY KEY, doc text)",
                "INSERT INTO doc VALUES ('a', 'x')");
        EngineRun run = engine.commit(
                "migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail, references: [{table: public.log, column: doc}]}\n");
        run.backfill();
        engine.execute("INSERT INTO doc VALUES ('b', 'y'), ('c', 'z')");
        run.state(RunState.VERIFYING);

        run.work(Kind.VERIFY, run.cut(Kind.VERIFY));
        assertThat(pendingCheck(engine, run)).isEqualTo("expected 0, found 2");

        run.work(Kind.VERIFY, run.cut(Kind.VERIFY));
        assertThat(pendingCheck(engine, run)).isEqualTo("expected 0, found 0");

        engine.execute("INSERT INTO log VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        run.sweep();
        assertThat(line(checks(engine, run), "no declared reference is stale")).isEqualTo("expected 0, found 3");
    }

    /** The control plane's statements are short, but these read whole tables. */
    @Test
    void shouldGroupAndCheckForAsLongAsItTakes() {
        Engine engine = Engine.on(
                "patience",
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 300', current_database()); END $$",
                "CREATE FUNCTION slow(text) RETURNS text LANGUAGE sql AS 'SELECT $1 FROM pg_sleep(0.4)'",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)");
        EngineRun run = engine.plan("""
                migration: docs
                rekey: {table: public.doc, key: id, to: slow(wanted), on-duplicate: fail}
                verify:
                  - {name: slow, sql: "SELECT slow('fine')", expect: fine}
                """);
        engine.execute("INSERT INTO doc VALUES ('a', 'x')");
        engine.query("UPDATE godwit.run SET phase = 'group' WHERE id = $1", run.id());

        Engine.await(planning(engine).step(run.row()));

        assertThat(run.row().phase()).isEqualTo("cut");
        assertThat(line(checks(engine, run), "slow")).isEqualTo("expected fine, found fine");
    }

    @Test
    void shouldNameEveryStreamOfARunThatEndsAndStandForThemWhereTheyAreTooMany() {
        Engine engine = Engine.on("streams", "CREATE TABLE doc (id text PRIMARY KEY, wanted text)");
        EngineRun run =
                engine.plan("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        run.state(RunState.PLANNED);
        String hash = "ab".repeat(32);
        engine.query(
                "INSERT INTO godwit.stream (run_id, stream, sequence, hash) SELECT $1, 'chunk-' || n, n, $2 FROM generate_series(0, 1000) AS n",
                run.id(),
                hash);

        JsonArray named = streams(engine, run);
        engine.query(
                "INSERT INTO godwit.stream (run_id, stream, sequence, hash) VALUES ($1, 'Tail-0', 7, $2)",
                run.id(),
                hash);
        JsonArray all = streams(engine, run);

        assertThat(named).hasSize(1000);
        assertThat(named.getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("stream", "chunk-1")
                        .put("sequence", 1L)
                        .put("hash", hash));
        StreamsHash expected = new StreamsHash();
        Stream.concat(
                        Stream.of("Tail-0"),
                        IntStream.rangeClosed(1, 1000)
                                .mapToObj(n -> "chunk-" + n)
                                .sorted())
                .forEach(name ->
                        expected.add(name, name.equals("Tail-0") ? 7 : Long.parseLong(name.substring(6)), hash));
        assertThat(all)
                .containsExactly(new JsonObject()
                        .put("stream", "*")
                        .put("sequence", 1001L)
                        .put("hash", expected.hex()));
    }

    private static JsonArray streams(Engine engine, EngineRun run) {
        return Engine.await(engine.runs().snapshot(run.id())).getJsonArray("streams");
    }

    private static Planning planning(Engine engine) {
        return new Planning(
                engine.runs(),
                engine.contexts(),
                null,
                null,
                null,
                engine.chunks(),
                null,
                null,
                null,
                engine.pool(),
                Spans.off());
    }

    private static String pendingCheck(Engine engine, EngineRun run) {
        return line(checks(engine, run), "no entity is pending");
    }

    private static JsonArray checks(Engine engine, EngineRun run) {
        Verification verification = new Verification(engine.chunks(), engine.runs());
        return Engine.await(verification.check(run.context(), run.row())).getJsonArray("checks");
    }

    private static String line(JsonArray checks, String name) {
        List<String> lines = checks.stream()
                .map(JsonObject.class::cast)
                .filter(check -> check.getString("name").equals(name))
                .map(check -> "expected " + check.getString("expected") + ", found " + check.getString("actual"))
                .toList();
        return String.join(" and ", lines);
    }
}
