package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkMessage;
import dev.godwit.migration.chunk.ChunkQueue;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A worker's session dies in the middle of its work, and another worker goes on: in the end everything is as if nothing had happened. */
class WorkerDeathIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String HANG = """
            CREATE TABLE godwit.hanging (at text);
            CREATE FUNCTION godwit.hang() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT FROM godwit.hanging WHERE at = TG_ARGV[0]) THEN
                    PERFORM pg_sleep(60);
                END IF;
                RETURN NEW;
            END
            $$;
            """;

    private static final String HANG_AT =
            "CREATE TRIGGER hang BEFORE INSERT ON godwit.%1$s FOR EACH ROW EXECUTE FUNCTION godwit.hang('%1$s')";

    /** The last statement of a batch before its COMMIT is the one that tells of it. */
    private static final String BEFORE_COMMIT = "outbox";

    private static final String HANGING =
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

    private static final String END_HANGING =
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";

    private static final String VALIDATING =
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%VALIDATE CONSTRAINT%' AND wait_event_type = 'Lock'";

    /** What is done to the same table by each kind; each row is a chunk of its own. */
    enum Operation {
        TRANSFORM("""
                migration: steps
                transform:
                  table: public.step
                  pending: number > 9
                  set: {number: number - 2}
                  writers: old
                  constraint: {name: step_number, from: number BETWEEN 0 AND 11, to: number BETWEEN 0 AND 9}
                """, "image", "UPDATE ONLY \"public\"\\.\"step\"[^;]*\\.ctid >= \\$3::text::tid"),
        DERIVE("""
                migration: duties
                derive:
                  from: public.step
                  into: public.duty
                  identity: [step]
                  rows: SELECT entity.id AS step FROM entity WHERE entity.number <> 3
                """, "derived", "INSERT INTO \"public\"\\.\"duty\""),
        IMPORT("""
                migration: tasks
                import:
                  from: public.step
                  into: public.task
                  set: {id: "uuid5(namespace('tasks'), id::text)", step: id, number: number}
                  on-conflict: {columns: [step], then: conflict, reason: taken}
                """, "import_change", "WHERE godwit_d\\.godwit_missing IS NULL[^;]*INSERT INTO \"public\"\\.\"task\"");

        private final String yaml;

        /** Where the statement writes its journal that changes a range of blocks at once. */
        private final String journal;

        /** What only that statement says, as a pattern. */
        private final String words;

        Operation(String yaml, String journal, String words) {
            this.yaml = yaml;
            this.journal = journal;
            this.words = words;
        }
    }

    /** Remembers nothing: a message that is not acknowledged comes again because the test sends it again. */
    private static final class Queue extends ChunkQueue {
        Queue() {
            super(null);
        }

        @Override
        public Uni<Void> put(ChunkMessage message) {
            return Uni.createFrom().voidItem();
        }
    }

    /** What there is to compare: what the application sees, and what was told. */
    private record End(
            Map<String, List<String>> contents,
            List<String> constraints,
            Map<String, Long> counts,
            List<String> story) {

        static End of(Engine engine, EngineRun run) {
            return new End(
                    engine.contents(),
                    engine.values(
                            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'step'::regclass ORDER BY 1"),
                    run.counts(),
                    run.story());
        }
    }

    /** It is the same whenever nothing happens, so that it need not be found out for every death. */
    private static final Map<Operation, End> UNDISTURBED = new EnumMap<>(Operation.class);

    private static Engine steps() {
        Engine engine = Engine.on(
                "death",
                "CREATE TABLE step (id integer PRIMARY KEY, number integer NOT NULL, " + Engine.WIDE
                        + ", CONSTRAINT step_number CHECK (number BETWEEN 0 AND 11))",
                "CREATE TABLE duty (step integer PRIMARY KEY, note text)",
                "CREATE TABLE task (id uuid PRIMARY KEY, step integer NOT NULL UNIQUE, number integer NOT NULL)",
                "INSERT INTO step SELECT n, 2 + 3 * n FROM generate_series(1, 3) AS n",
                "INSERT INTO duty VALUES (2, 'by hand')",
                "INSERT INTO task VALUES ('" + Engine.uuid(2) + "', 2, 0)");
        engine.execute(HANG);
        engine.execute(HANG_AT.formatted(BEFORE_COMMIT));
        Stream.of(Operation.values()).forEach(operation -> engine.execute(HANG_AT.formatted(operation.journal)));
        return engine;
    }

    private static Surroundings surroundings(Engine engine) {
        return new Surroundings(
                engine.runs(),
                engine.contexts(),
                new Capture(
                        engine.runs(),
                        engine.contexts(),
                        new HeardDatabases(engine.pool(), Outside.nothing(), engine.config()),
                        null));
    }

    /** What the service does when no row is pending any more. */
    private static void end(Engine engine, EngineRun run, RunState state) {
        RunContext context = run.context();
        if (context.operation().constraint().isPresent()) {
            boolean back = state == RunState.ROLLED_BACK;
            Surroundings surroundings = surroundings(engine);
            assertThat(Engine.await(back ? surroundings.restore(context) : surroundings.narrow(context)))
                    .isEmpty();
            assertThat(back ? Optional.empty() : Engine.await(surroundings.validate(context)))
                    .isEmpty();
            Run row = run.row();
            Engine.await(engine.runs().inTransaction(c -> surroundings.close(c, row, Optional.of(context), state)));
        }
        run.state(state);
    }

    private static void reopen(Engine engine, EngineRun run) {
        RunContext context = run.context();
        Engine.await(engine.runs().inTransaction(c -> surroundings(engine).reopen(c, context)));
        run.state(RunState.ROLLING_BACK);
    }

    private static End undisturbed(Operation operation) {
        return UNDISTURBED.computeIfAbsent(operation, undisturbed -> {
            Engine engine = steps();
            EngineRun run = engine.commit(undisturbed.yaml);
            run.complete();
            end(engine, run, RunState.COMPLETED);
            return End.of(engine, run);
        });
    }

    /** Begins one batch, and ends its session when it has written everything but its COMMIT. */
    private static void dieBeforeCommit(Engine engine, EngineRun run, Kind kind, int chunk) {
        assertThat(die(engine, run, kind, chunk, BEFORE_COMMIT)).contains("godwit.outbox");
    }

    /** Begins one batch, and ends its session where it writes into a table of Godwit; answers the statement that it was at. */
    private static String die(Engine engine, EngineRun run, Kind kind, int chunk, String table) {
        engine.query("INSERT INTO godwit.hanging VALUES ($1)", table);
        CompletableFuture<?> dying = run.next(kind, chunk).subscribeAsCompletionStage();
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> !engine.values(HANGING)
                .isEmpty());
        String statement = engine.value(HANGING);
        engine.execute("DELETE FROM godwit.hanging");
        engine.execute(END_HANGING);
        assertThat(dying).failsWithin(PATIENCE);
        return statement;
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void shouldEndAsIfNothingHadHappenedWhenAWorkerDiesBeforeItsCommit(Operation operation) {
        End wanted = undisturbed(operation);
        Engine engine = steps();
        EngineRun run = engine.commit(operation.yaml);
        Map<String, List<String>> before = engine.contents();
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        for (int chunk : chunks) {
            dieBeforeCommit(engine, run, Kind.BACKFILL, chunk);
        }
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.story()).isEmpty();

        Engine other = engine.as("postgres");
        EngineRun next = run.by(other);
        next.work(Kind.BACKFILL, chunks);
        next.complete();
        end(other, next, RunState.COMPLETED);

        assertThat(End.of(other, next)).isEqualTo(wanted);
    }

    /** Rows that come after a batch that wrote are changed a range at a time: the worker dies within the one statement that does so. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void shouldEndAsIfNothingHadHappenedWhenAWorkerDiesInTheStatementThatChangesARange(Operation operation) {
        End wanted = undisturbed(operation);
        Engine engine = steps();
        EngineRun run = engine.commit(operation.yaml);
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        int last = chunks.get(2);
        run.work(Kind.BACKFILL, chunks.subList(0, 2));
        Map<String, List<String>> before = engine.contents();
        assertThat(die(engine, run, Kind.BACKFILL, last, operation.journal)).containsPattern(operation.words);
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.story()).hasSize(2);

        Engine other = engine.as("postgres");
        EngineRun next = run.by(other);
        next.work(Kind.BACKFILL, List.of(last));
        next.complete();
        end(other, next, RunState.COMPLETED);

        assertThat(End.of(other, next)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void shouldEndAsIfNothingHadHappenedWhenAWorkerDiesBetweenCommitAndAcknowledgement(Operation operation) {
        End wanted = undisturbed(operation);
        Engine engine = steps();
        EngineRun run = engine.commit(operation.yaml);
        Engine other = engine.as("postgres");
        for (int chunk : run.cut(Kind.BACKFILL)) {
            ChunkMessage message = new ChunkMessage(run.id(), chunk, 0);
            ConsumerRecord<String, String> record =
                    new ConsumerRecord<>("godwit.chunks", 0, 0, message.key(), message.toJson());
            Engine.await(engine.worker(new Queue(), PATIENCE).on(record));

            Engine.await(other.worker(new Queue(), PATIENCE).on(record));
        }
        assertThat(run.story()).hasSize(3);

        EngineRun next = run.by(other);
        next.complete();
        end(other, next, RunState.COMPLETED);
        assertThat(End.of(other, next)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void shouldEndAsIfNothingHadHappenedWhenAWorkerDiesDuringRollback(Operation operation) {
        Engine engine = steps();
        EngineRun run = engine.commit(operation.yaml);
        Map<String, List<String>> before = engine.contents();
        run.complete();
        end(engine, run, RunState.COMPLETED);
        Map<String, List<String>> there = engine.contents();
        assertThat(there).isNotEqualTo(before);
        reopen(engine, run);
        List<Integer> chunks = run.cutUndo();
        dieBeforeCommit(engine, run, Kind.UNDO, chunks.get(0));
        assertThat(engine.contents()).isEqualTo(there);

        Engine other = engine.as("postgres");
        EngineRun next = run.by(other);
        next.work(Kind.UNDO, chunks);
        end(other, next, RunState.ROLLED_BACK);

        assertThat(engine.contents()).isEqualTo(before);
        long migrated = next.story().stream()
                .filter(line -> line.contains(" migrated "))
                .count();
        assertThat(next.counts()).containsEntry("reverted", migrated).doesNotContainKey("diverged");
        assertThat(engine.values("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'step_number'"))
                .containsExactly("CHECK (((number >= 0) AND (number <= 11)))");
    }

    @Test
    void shouldEndAsIfNothingHadHappenedWhenAWorkerDiesWhileItValidatesTheConstraint() throws SQLException {
        End wanted = undisturbed(Operation.TRANSFORM);
        Engine engine = steps();
        EngineRun run = engine.commit(Operation.TRANSFORM.yaml);
        run.complete();
        RunContext context = run.context();
        assertThat(Engine.await(surroundings(engine).narrow(context))).isEmpty();
        try (Connection holder = TestPostgres.connect(engine.database());
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE step IN SHARE UPDATE EXCLUSIVE MODE");
            CompletableFuture<?> dying = surroundings(engine).validate(context).subscribeAsCompletionStage();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> !engine.values("SELECT pg_terminate_backend(pid, 5000) FROM (" + VALIDATING + ") AS v")
                            .isEmpty());
            assertThat(dying).failsWithin(PATIENCE);
        }
        assertThat(engine.values(
                        "SELECT convalidated FROM pg_constraint WHERE conrelid = 'step'::regclass AND contype = 'c'"))
                .contains("false");

        Engine other = engine.as("postgres");
        EngineRun next = run.by(other);
        end(other, next, RunState.COMPLETED);

        assertThat(End.of(other, next)).isEqualTo(wanted);
    }
}
