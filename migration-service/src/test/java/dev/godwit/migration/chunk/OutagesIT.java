package dev.godwit.migration.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import dev.godwit.migration.testing.TestStores;
import io.smallrye.mutiny.Uni;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run reaches beside its database is away: it says so, and goes on when it is back. */
class OutagesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final String FILES = """
            migration: files
            import:
              from: legacy.file
              into: public.file
              set: {id: id, path: path}
              blobs: {path: path, sha256: digest, size: size, store: files}
            """;

    private static final String PEOPLE = """
            migration: people
            import: {source: old, from: public.person, into: public.person, set: {id: id, name: name}}
            """;

    @TempDir
    private Path stores;

    /** Loses what is put into it: the test sends each message itself. */
    private static final class NoQueue extends ChunkQueue {

        NoQueue() {
            super(null);
        }

        @Override
        public Uni<Void> put(ChunkMessage message) {
            return Uni.createFrom().voidItem();
        }
    }

    private static CompletableFuture<Void> worker(Engine engine, EngineRun run, int chunk) {
        return engine.worker(new NoQueue(), PATIENCE)
                .on(new ConsumerRecord<>(
                        "godwit.chunks", 0, 0, run.id(), new ChunkMessage(run.id(), chunk, 0).toJson()))
                .subscribeAsCompletionStage();
    }

    private static String reason(Engine engine, EngineRun run) {
        return String.valueOf(engine.value("SELECT reason FROM godwit.run WHERE id = $1", run.id()));
    }

    private static void awaitReason(Engine engine, EngineRun run, String reason) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> reason(engine, run)
                .contains(reason));
    }

    @Test
    void shouldNameTheStoreThatCannotBeUsedAndFailWhenItStaysAway() throws Exception {
        Files.createFile(Files.createDirectories(stores.resolve("files/from")).resolve("note"));
        Engine engine = Engine.on(
                "outage_store",
                "CREATE SCHEMA legacy; CREATE TABLE legacy.file (id int PRIMARY KEY, path text, digest text, size bigint); CREATE TABLE file (id int PRIMARY KEY, path text)",
                "INSERT INTO legacy.file VALUES (1, 'note', '" + EMPTY + "', 0)");
        engine.blobs(TestStores.in(stores));
        EngineRun run = engine.commit(FILES);
        int chunk = run.cut(Kind.BACKFILL).get(0);

        CompletableFuture<Void> work = worker(engine, run, chunk);

        awaitReason(engine, run, "waits: store files cannot be used: directory " + stores.resolve("files/to"));
        assertThat(work).succeedsWithin(PATIENCE);
        assertThat(run.row().state()).isEqualTo(RunState.FAILED);
        assertThat(reason(engine, run))
                .startsWith("blob_store_unavailable: store files")
                .endsWith("godwit resume " + run.id());
        Files.createDirectories(stores.resolve("files/to"));
        run.state(RunState.BACKFILLING);
        assertThat(worker(engine, run, chunk)).succeedsWithin(PATIENCE);
        assertThat(run.counts()).containsEntry("migrated", 1L).hasSize(1);
        assertThat(stores.resolve("files/to/note")).exists();
    }

    @Test
    void shouldNameTheDatabaseThatDoesNotAnswerAndGoOnWhenItDoes() {
        String there = TestPostgres.freshDatabase("outage_source");
        TestPostgres.execute(
                there,
                "CREATE TABLE person (id int PRIMARY KEY, name text); INSERT INTO person SELECT n, 'p' || n FROM generate_series(1, 9) AS n");
        Engine engine = Engine.on("outage", "CREATE TABLE person (id int PRIMARY KEY, name text)");
        engine.source("old", there);
        EngineRun run = engine.commit(PEOPLE);
        int chunk = run.cut(Kind.BACKFILL).get(0);
        engine.execute("ALTER DATABASE " + there + " ALLOW_CONNECTIONS false");
        engine.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" + there + "'");

        CompletableFuture<Void> work = worker(engine, run, chunk);

        awaitReason(engine, run, "waits: the source database 'old' cannot be used: ");
        Awaitility.await()
                .during(Duration.ofMillis(1200))
                .until(() -> !work.isDone() && run.row().state() == RunState.BACKFILLING);
        engine.execute("ALTER DATABASE " + there + " ALLOW_CONNECTIONS true");
        assertThat(work).succeedsWithin(PATIENCE);
        assertThat(run.counts()).containsEntry("migrated", 9L).hasSize(1);
        assertThat(reason(engine, run)).isEqualTo("null");
    }
}
