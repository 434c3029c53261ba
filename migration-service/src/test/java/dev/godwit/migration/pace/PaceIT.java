package dev.godwit.migration.pace;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkMessage;
import dev.godwit.migration.chunk.ChunkQueue;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.pace.Pacing.Answer;
import dev.godwit.migration.pace.Reading.Standing;
import dev.godwit.migration.pace.SignalReader.Readings;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import dev.godwit.migration.testing.TestStandby;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signals as they are read of a real server with real sessions, and what instances make of them together. */
class PaceIT {

    private static final Duration NO_TIME = Duration.ZERO;
    private static final Map<String, String> SQL = Map.of(
            "godwit.pace.sql.queue.query", "SELECT length FROM queue",
            "godwit.pace.sql.queue.unit", "jobs",
            "godwit.pace.sql.queue.soft", "10",
            "godwit.pace.sql.queue.hard", "100",
            "godwit.pace.sql.writes.query", "SELECT nextval('counted')",
            "godwit.pace.sql.writes.soft", "10",
            "godwit.pace.sql.writes.hard", "100");

    /** A machine that is busy with something else must not decide what a test is about. Levels are of 25 processors, of which the hundredth part is a quarter of one. */
    private static final Map<String, String> CALM = Map.of(
            "godwit.pace.probe-latency.enabled",
            "false",
            "godwit.pace.wal-waits.enabled",
            "false",
            "godwit.pace.processors",
            "25");

    private Engine engine;
    private EngineRun run;
    private PaceSessions sessions;
    private final Queue queue = new Queue();

    /** Remembers what was put into it. */
    private static final class Queue extends ChunkQueue {

        private final List<ChunkMessage> messages = new CopyOnWriteArrayList<>();

        Queue() {
            super(null);
        }

        @Override
        public Uni<Void> put(ChunkMessage message) {
            messages.add(message);
            return Uni.createFrom().voidItem();
        }
    }

    @BeforeEach
    void beginARun() {
        engine = Engine.on(
                "pacesignals",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc SELECT 'old ' || n, 'new ' || n FROM generate_series(1, 4000) AS n",
                "CREATE TABLE queue AS SELECT 0 AS length",
                "CREATE SEQUENCE counted");
        run = engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        engine.query("UPDATE godwit.run SET tables = '{public.doc}', pace = 'normal' WHERE id = $1", run.id());
    }

    @AfterEach
    void close() {
        sessions.close();
    }

    private static PaceConfig config(Map<String, String> settings) {
        return Engine.pace(settings);
    }

    private SignalReader reader(Engine by, Map<String, String> settings) {
        PaceConfig config = config(settings);
        GodwitConfig godwit = by.config();
        sessions = new PaceSessions(new Vertx(TestPostgres.vertx().getDelegate()), godwit, config);
        return new SignalReader(sessions, new Signals(config), config, godwit);
    }

    private Readings read(SignalReader reader) {
        return await(reader.read(await(new PaceStore(engine.runs()).working(Duration.ofSeconds(1)))));
    }

    private Reading reading(SignalReader reader, String name) {
        return read(reader).of(run.id(), Optional.of(BuiltInSignal.VACUUM.signal())).stream()
                .filter(found -> found.signal().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldReadWhatIsThereAndKnowWhatIsNot() {
        SignalReader reader = reader(engine, SQL);

        List<Reading> readings = read(reader).of(run.id(), Optional.of(BuiltInSignal.VACUUM.signal()));

        assertThat(readings)
                .extracting(found -> found.signal().name() + " " + found.standing())
                .contains(
                        "waiting_sessions GOOD",
                        "wal_waits GOOD",
                        "replication_lag ABSENT",
                        "replication_backlog ABSENT",
                        "slot_room ABSENT",
                        "archive_backlog ABSENT",
                        "disk ABSENT",
                        "queue GOOD",
                        "writes UNKNOWN",
                        "vacuum GOOD");
        assertThat(reading(reader, "probe_latency").value().getAsDouble()).isPositive();
        assertThat(reading(reader, "writes").unknown().orElseThrow()).contains("read-only");
        assertThat(engine.value("SELECT number FROM godwit.probe")).isEqualTo("6");
    }

    @Test
    void shouldSeeWhoWaitsForALockOfOurs() throws SQLException {
        SignalReader reader = reader(engine, Map.of());
        CompletableFuture<Void> release = new CompletableFuture<>();
        CompletableFuture<Void> ours = engine.sessions()
                .inTransaction(connection -> connection
                        .query("UPDATE doc SET wanted = '' WHERE id = 'old 1'")
                        .execute()
                        .chain(() -> Uni.createFrom().completionStage(release)))
                .subscribeAsCompletionStage();
        try (Connection theirs = TestPostgres.connect(engine.database());
                Statement statement = theirs.createStatement()) {
            CompletableFuture<Void> update = CompletableFuture.runAsync(() -> {
                try {
                    Awaitility.await().until(() -> engine.value(
                                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name = 'godwit'")
                            .equals("1"));
                    statement.execute("UPDATE doc SET wanted = 'theirs' WHERE id = 'old 1'");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });

            Awaitility.await()
                    .until(() -> reading(reader, "waiting_sessions").value().getAsDouble() == 1);
            release.complete(null);
            update.join();
        }
        ours.join();

        assertThat(reading(reader, "waiting_sessions").value()).hasValue(0);
    }

    @Test
    void shouldMeasureWhatSlotsHoldBackInMebibytesAndAsAShareOfWhatTheyMay() throws SQLException {
        String slot = engine.config().capture().slot();
        dropSlot(slot);
        engine.value("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')::text");
        SignalReader reader = reader(engine, Map.of());
        try {
            engine.value(
                    "SELECT count(pg_logical_emit_message(false, 'pace', repeat('x', 1 << 20))) FROM generate_series(1, 8)");
            reload("SET max_slot_wal_keep_size = '1GB'");
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(reading(reader, "slot_room").standing()).isEqualTo(Reading.Standing.GOOD));

            assertThat(reading(reader, "slot_backlog").value().getAsDouble()).isBetween(8.0, 200.0);
            assertThat(reading(reader, "slot_room").value().getAsDouble()).isBetween(0.005, 0.3);
        } finally {
            reload("RESET max_slot_wal_keep_size");
            dropSlot(slot);
        }
    }

    private void dropSlot(String slot) {
        engine.value("SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots WHERE slot_name = '"
                + slot + "' AND NOT active");
    }

    private void reload(String setting) throws SQLException {
        try (Connection connection = TestPostgres.connect(engine.database());
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM " + setting);
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    @Test
    void shouldMeasureHowFarAStandbyIsBehindInTimeAndInWal() throws SQLException {
        SignalReader reader = reader(engine, Map.of());
        long began = System.nanoTime();
        try (TestStandby standby = TestStandby.follow()) {
            engine.value(
                    "SELECT count(pg_logical_emit_message(true, 'pace', repeat('x', 1 << 20))) FROM generate_series(1, 80)");
            standby.receive();
            assertThat(reading(reader, "replication_backlog").value().getAsDouble())
                    .isGreaterThan(80);
            assertThat(reading(reader, "replication_backlog").standing()).isEqualTo(Standing.SOFT);

            standby.replay();
            Awaitility.await()
                    .until(() -> reading(reader, "replication_lag").value().getAsDouble() > 0);
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(reading(reader, "replication_lag").value().getAsDouble()).isLessThan(seconds);
            assertThat(reading(reader, "replication_backlog").value().getAsDouble())
                    .isLessThan(80);
        }
        Awaitility.await().untilAsserted(() -> assertThat(
                        reading(reader, "replication_lag").standing())
                .isEqualTo(Standing.ABSENT));
    }

    @Test
    void shouldMeasureWhatTheServerTakesOfADiskWhoseSizeItWasTold() {
        double gib = Double.parseDouble(
                engine.value("SELECT (sum(pg_database_size(oid)) / 1073741824.0)::double precision FROM pg_database"));

        assertThat(disk(2 * gib + 100).standing()).isEqualTo(Standing.GOOD);
        assertThat(disk(2 * gib + 100).value().getAsDouble()).isBetween(gib / (2 * gib + 100), 0.5);
        assertThat(disk(gib).standing()).isEqualTo(Standing.HARD);
        assertThat(disk(gib).describe()).contains("ratio (limits 0.80 and 0.90)");
    }

    private Reading disk(double gib) {
        SignalReader reader = reader(engine, Map.of("godwit.pace.disk.gib", Double.toString(gib)));
        try {
            return reading(reader, "disk");
        } finally {
            sessions.close();
        }
    }

    @Test
    void shouldSeeAVacuumOfATableOfTheRunAndThatItPreventsWraparound() throws SQLException {
        SignalReader reader = reader(engine, Map.of());
        try (Connection theirs = TestPostgres.connect(engine.database());
                Statement statement = theirs.createStatement()) {
            CompletableFuture<Void> vacuum = vacuum(statement, "doc");

            Awaitility.await().until(() -> reading(reader, "vacuum").value().getAsDouble() == 2);
            statement.cancel();
            vacuum.join();
        }

        assertThat(reading(reader, "vacuum").value()).hasValue(0);
    }

    @Test
    void shouldSeeAVacuumOfWhatATableKeepsInToast() throws SQLException {
        engine.execute("ALTER TABLE doc ALTER wanted SET STORAGE EXTERNAL");
        engine.execute("INSERT INTO doc SELECT 'wide ' || n, repeat('x', 9000) FROM generate_series(1, 200) AS n");
        String toast = engine.value("SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'doc'::regclass");
        SignalReader reader = reader(engine, Map.of());
        try (Connection theirs = TestPostgres.connect(engine.database());
                Statement statement = theirs.createStatement()) {
            CompletableFuture<Void> vacuum = vacuum(statement, toast);

            Awaitility.await().until(() -> reading(reader, "vacuum").value().getAsDouble() == 2);
            assertThat(read(reader).of(run.id(), Optional.empty()))
                    .filteredOn(found -> found.signal().name().equals("vacuum"))
                    .extracting(Reading::standing)
                    .containsExactly(Standing.HARD);
            statement.cancel();
            vacuum.join();
        }

        assertThat(reading(reader, "vacuum").value()).hasValue(0);
        assertThat(read(reader).of(run.id(), Optional.empty()))
                .noneMatch(found -> found.signal().name().equals("vacuum"));
    }

    private static CompletableFuture<Void> vacuum(Statement statement, String table) throws SQLException {
        statement.execute("SET vacuum_cost_delay = 100");
        statement.execute("SET vacuum_cost_limit = 1");
        return CompletableFuture.runAsync(() -> {
            try {
                statement.execute("VACUUM " + table + " /* to prevent wraparound */");
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("57014");
            }
        });
    }

    @Test
    void shouldTakeWhatItMayNotSeeForUnknown() {
        engine.execute("DO $$ BEGIN CREATE ROLE blinkered LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        engine.execute("GRANT USAGE ON SCHEMA godwit TO blinkered");
        SignalReader reader = reader(engine.as("blinkered"), Map.of());

        assertThat(reading(reader, "waiting_sessions").standing()).isEqualTo(Standing.UNKNOWN);
        assertThat(reading(reader, "vacuum").unknown().orElseThrow()).contains("GRANT pg_monitor");
        assertThat(reading(reader, "probe_latency").unknown().orElseThrow()).contains("permission denied");
    }

    /** An instance: what it decides and what its workers hear of it. */
    private record Instance(PaceKeeper keeper, Pacing pacing) {}

    private Instance instance(SignalReader reader, Map<String, String> settings) {
        PaceConfig config = config(settings);
        PaceBoard board = new PaceBoard();
        PaceKeeper keeper = new PaceKeeper(
                new PaceStore(engine.runs()),
                board,
                reader,
                new Signals(config),
                config,
                engine.chunks(queue),
                new PaceMetrics(new SimpleMeterRegistry()));
        return new Instance(keeper, new Pacing(engine.runs(), board, config, engine.config()));
    }

    private Answer ask(Instance instance) {
        Terms known = new Terms(PaceLevel.FULL, Optional.empty(), Optional.empty());
        Pacing.Wish wish = new Pacing.Wish(10, true, n -> Duration.ofMillis(1));
        return await(instance.pacing().turn(run.id(), instance.pacing().terms(run.id(), known), wish, NO_TIME))
                .answer();
    }

    private void decidedLongAgo() {
        engine.query(
                "UPDATE godwit.pace SET decided_at = decided_at - interval '1 minute', stopped_since = stopped_since - interval '1 minute'");
    }

    private JsonObject throttle() {
        return await(engine.runs().snapshot(run.id())).getJsonObject("throttle");
    }

    @Test
    void shouldStopWorkersOfAllInstancesAndQueueTheChunksWhenItGoesOn() {
        run.cut(Kind.BACKFILL);
        Map<String, String> often = Map.of(
                "godwit.pace.sql.queue.query", "SELECT length FROM queue",
                "godwit.pace.sql.queue.soft", "10",
                "godwit.pace.sql.queue.hard", "100");
        SignalReader reader = reader(engine, often);
        Instance one = instance(reader, often);
        Instance two = instance(reader, often);

        engine.execute("UPDATE queue SET length = 50");
        await(one.keeper().round());
        await(two.keeper().round());
        assertThat(throttle().getString("reason") + " " + throttle().getDouble("share"))
                .isEqualTo("queue 0.25");
        assertThat(ask(one)).isEqualTo(Answer.BEGIN);

        engine.execute("UPDATE queue SET length = 100");
        engine.query("UPDATE godwit.run SET pace = 'full'");
        decidedLongAgo();
        await(one.keeper().round());
        await(two.keeper().round());
        assertThat(throttle().getString("reason")).isEqualTo("queue");
        assertThat(List.of(ask(one), ask(two))).containsOnly(Answer.GIVE_BACK);

        decidedLongAgo();
        await(one.keeper().round());
        await(two.keeper().round());
        assertThat(List.of(ask(one), ask(two))).containsOnly(Answer.LEAVE);
        assertThat(queue.messages).isEmpty();

        engine.execute("UPDATE queue SET length = 0");
        decidedLongAgo();
        await(one.keeper().round());
        await(two.keeper().round());
        assertThat(List.of(ask(one), ask(two))).containsOnly(Answer.BEGIN);
        assertThat(queue.messages).isNotEmpty();
        assertThat(throttle().getString("reason")).isNull();
    }

    @Test
    void shouldTellTheTailOfHardLimitsAloneAndAtAnyHour() {
        Map<String, String> limit = Map.of(
                "godwit.pace.sql.queue.query", "SELECT length FROM queue",
                "godwit.pace.sql.queue.soft", "10",
                "godwit.pace.sql.queue.hard", "100",
                "godwit.pace.probe-latency.enabled", "false",
                "godwit.pace.wal-waits.enabled", "false");
        SignalReader reader = reader(engine, limit);
        Instance instance = instance(reader, limit);
        engine.query("UPDATE godwit.run SET state = 'following', only_between = $1", closedNow());

        engine.execute("UPDATE queue SET length = 50");
        await(instance.keeper().round());
        assertThat(instance.pacing().isBeyondLimit(run.id())).isFalse();
        assertThat(throttle().getString("reason")).isNull();

        engine.execute("UPDATE queue SET length = 100");
        decidedLongAgo();
        await(instance.keeper().round());
        assertThat(instance.pacing().isBeyondLimit(run.id())).isTrue();
        assertThat(throttle().getString("reason")).isEqualTo("queue");

        engine.execute("UPDATE queue SET length = 0");
        engine.query("UPDATE godwit.run SET state = 'backfilling'");
        decidedLongAgo();
        await(instance.keeper().round());
        assertThat(throttle().getString("reason")).isEqualTo("window");
        assertThat(instance.pacing().isBeyondLimit(run.id())).isFalse();
    }

    private static String closedNow() {
        LocalTime now = LocalTime.now(ZoneOffset.UTC);
        return new Window(
                        LocalTime.of(now.plusHours(2).getHour(), 0),
                        LocalTime.of(now.plusHours(3).getHour(), 0),
                        ZoneOffset.UTC)
                .toString();
    }

    @Test
    void shouldLeaveTheQueueOutsideItsWindow() {
        run.cut(Kind.BACKFILL);
        SignalReader reader = reader(engine, CALM);
        Instance instance = instance(reader, CALM);
        engine.query("UPDATE godwit.run SET only_between = $1", closedNow());

        await(instance.keeper().round());
        assertThat(ask(instance)).isEqualTo(Answer.LEAVE);
        assertThat(throttle().getString("detail")).startsWith("opens at ");

        engine.query("UPDATE godwit.run SET only_between = NULL");
        decidedLongAgo();
        await(instance.keeper().round());
        assertThat(ask(instance)).isEqualTo(Answer.BEGIN);
        assertThat(queue.messages).isNotEmpty();
        assertThat(throttle().getString("reason")).isNull();
        assertThat(throttle().getString("pace")).isEqualTo("normal");
    }

    @Test
    void shouldBarelyGoOnWhenNobodyDecidesAnyMore() {
        SignalReader reader = reader(engine, CALM);
        Instance instance = instance(reader, CALM);
        await(instance.keeper().round());
        Terms normal = new Terms(PaceLevel.NORMAL, Optional.empty(), Optional.empty());
        Pacing.Wish wish = new Pacing.Wish(10, true, n -> Duration.ofMillis(10));

        Duration fresh =
                await(instance.pacing().turn(run.id(), normal, wish, NO_TIME)).owed();
        decidedLongAgo();
        Duration stale =
                await(instance.pacing().turn(run.id(), normal, wish, NO_TIME)).owed();

        assertThat(fresh.negated()).isLessThan(Duration.ofMillis(100));
        assertThat(stale).isEqualTo(Duration.ofMillis(-400));
    }
}
