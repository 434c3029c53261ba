package dev.godwit.migration.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Replication origins belong to the server: databases on one server must not get into each other's way. */
class OriginsIT {

    private static final String DOCS = "CREATE TABLE doc (id text PRIMARY KEY, wanted text)";
    private static final String ROWS = "INSERT INTO doc VALUES ('a', 'x'), ('b', 'y'), ('c', 'z'), ('d', 'w')";
    private static final String DEFINITION = """
            migration: docs
            rekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}
            """;

    @Test
    void shouldTakeAnotherOriginWhenAnotherDatabaseHasTakenItsOwn() {
        Engine first = Engine.on("origins_a", 1, DOCS, ROWS, "CREATE PUBLICATION all_tables FOR ALL TABLES");
        Engine second = Engine.on("origins_b", 1, DOCS, ROWS);
        onlyOrigins("godwit_1");
        first.execute("SELECT pg_create_logical_replication_slot('origins_a', 'pgoutput')");
        try {
            EngineRun mine = first.commit(DEFINITION);
            EngineRun other = second.commit(DEFINITION);
            mine.keys(List.of("a"));
            assertThat(published(first))
                    .anyMatch(name -> name.contains("outbox"))
                    .noneMatch(this::isData);

            CompletableFuture<Void> gate = new CompletableFuture<>();
            CompletableFuture<Ended> held = held(other, gate);
            onlyOrigins("godwit_1", "godwit_2");
            mine.keys(List.of("b"));
            assertThat(published(first))
                    .anyMatch(name -> name.contains("outbox"))
                    .noneMatch(this::isData);

            onlyOrigins("godwit_1");
            mine.keys(List.of("c"));
            assertThat(published(first))
                    .anyMatch(name -> name.contains("outbox"))
                    .anyMatch(this::isData);

            gate.complete(null);
            assertThat(held.join()).isInstanceOf(Ended.Committed.class);
            mine.keys(List.of("d"));
            assertThat(published(first))
                    .anyMatch(name -> name.contains("outbox"))
                    .noneMatch(this::isData);
            assertThat(first.value("SELECT count(*) FROM doc WHERE id = wanted"))
                    .isEqualTo("4");
        } finally {
            first.execute("SELECT pg_drop_replication_slot('origins_a')");
        }
    }

    private static CompletableFuture<Ended> held(EngineRun run, CompletableFuture<Void> gate) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        Uni<Void> hold = Uni.createFrom().item(() -> reached.complete(null)).chain(() -> Uni.createFrom()
                .completionStage(gate));
        CompletableFuture<Ended> held = run.keysLater(List.of("a"), hold).subscribeAsCompletionStage();
        reached.orTimeout(20, TimeUnit.SECONDS).join();
        return held;
    }

    private boolean isData(String relation) {
        return relation.startsWith("public");
    }

    /** Relations whose rows reach a subscriber that asks for no origin, since the last time. */
    private static List<String> published(Engine engine) {
        return engine.values("""
                SELECT encode(substr(data, 6, 40), 'escape')
                  FROM pg_logical_slot_get_binary_changes('origins_a', NULL, NULL, 'proto_version', '1', 'publication_names', 'all_tables', 'origin', 'none')
                 WHERE get_byte(data, 0) = ascii('R')
                """);
    }

    /** Leaves the server these origins; the next engine creates the usual ones again. */
    private static void onlyOrigins(String... names) {
        String list = "'" + String.join("', '", names) + "'";
        TestPostgres.execute(
                "postgres",
                "SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin WHERE roname NOT IN (" + list
                        + ")");
        TestPostgres.execute(
                "postgres",
                "SELECT pg_replication_origin_create(n) FROM unnest(ARRAY[" + list
                        + "]) AS n WHERE n NOT IN (SELECT roname FROM pg_replication_origin)");
    }
}
