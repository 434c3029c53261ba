package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.plan.Finding;
import dev.godwit.migration.plan.Preflight;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rows of another database, in a table of the same name. */
class ImportSourceIT {

    private static final String THERE = """
            CREATE TABLE person (id integer PRIMARY KEY, name text, joined timestamp, score double precision);
            INSERT INTO person VALUES (1, 'ann', '2020-02-29 12:00', 0.1), (2, 'bob', NULL, 'NaN'), (3, 'eve', 'infinity', '-0'), (4, 'ann', NULL, 1);
            """;

    private static final String HERE = """
            CREATE TABLE person (id uuid PRIMARY KEY, name text NOT NULL UNIQUE, joined timestamptz, score double precision);
            INSERT INTO person VALUES ('00000000-0000-0000-0000-000000000001', 'own', NULL, 7);
            """;

    private static final String PEOPLE = """
            migration: people
            import:
              source: old
              from: public.person
              into: public.person
              set:
                id: uuid5(namespace('people'), id::text)
                name: trim(name)
                joined: joined
                score: score
              on-conflict: {columns: [name], then: conflict, reason: duplicate_person}
              on-delete: delete
            """;

    private static List<String> people(Engine engine) {
        return engine.values("SELECT concat_ws(' ', name, joined AT TIME ZONE 'UTC', score) FROM person ORDER BY name");
    }

    private static List<String> story(EngineRun run) {
        return run.outcomes().stream()
                .map(outcome -> outcome.getString("table") + " " + outcome.getString("key") + " "
                        + outcome.getString("outcome"))
                .sorted()
                .toList();
    }

    @Test
    void shouldBringRowsOfAnotherDatabaseAndTakeThemBack() {
        String there = TestPostgres.freshDatabase("import_source");
        TestPostgres.execute(there, THERE);
        Engine engine = Engine.on("import", HERE);
        engine.source("old", there);
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(PEOPLE);
        plan.inspect();
        assertThat(engine.contents()).isEqualTo(before);

        EngineRun run = engine.commit(PEOPLE);
        assertThat(run.complete()).isZero();

        assertThat(people(engine))
                .containsExactly("ann 2020-02-29 12:00:00 0.1", "bob NaN", "eve infinity -0", "own 7");
        assertThat(story(run))
                .isEqualTo(story(plan))
                .contains("old:public.person 1 migrated", "old:public.person 4 conflict");
        TestPostgres.execute(there, "UPDATE person SET name = 'newer' WHERE id = 2; DELETE FROM person WHERE id = 3");
        EngineRun again = engine.commit(PEOPLE);
        again.complete();
        assertThat(people(engine)).containsExactly("ann 2020-02-29 12:00:00 0.1", "newer NaN", "own 7");
        again.rollback();
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldNeitherOverwriteNorRaiseWhatChangedThereBetweenReadAndWriteT04() throws Exception {
        String there = TestPostgres.freshDatabase("import_source");
        TestPostgres.execute(there, THERE);
        Engine engine = Engine.on("import", HERE);
        engine.source("old", there);
        EngineRun run = engine.commit(PEOPLE + "  blobs: {path: name, sha256: \"'00'\", size: 1, store: files}\n");
        PausedImport paused = PausedImport.of(engine, "ann");
        int chunk = run.cut(Kind.BACKFILL).get(0);
        CompletableFuture<Ended> backfill = run.next(Kind.BACKFILL, chunk).subscribeAsCompletionStage();
        paused.awaitRead();

        TestPostgres.execute(there, "UPDATE person SET name = 'newer' WHERE id = 1; DELETE FROM person WHERE id = 3");
        for (String key : List.of("1", "3")) {
            assertThatThrownBy(() -> run.keys(List.of(key)))
                    .as("whoever knows better waits for what was read before")
                    .matches(PgErrors::isLockNotAvailable);
        }
        paused.goOn();
        backfill.get();
        assertThat(people(engine)).contains("ann 2020-02-29 12:00:00 0.1", "eve infinity -0");
        run.keys(List.of("1", "3"));

        assertThat(people(engine)).containsExactly("bob NaN", "newer 2020-02-29 12:00:00 0.1", "own 7");
    }

    @Test
    void shouldRefuseADatabaseThatCannotBeHeard() {
        String there = TestPostgres.freshDatabase("import_source");
        TestPostgres.execute(
                there,
                THERE
                        + "DO $$ BEGIN CREATE ROLE import_guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT SELECT ON person TO import_guest");
        Engine engine = Engine.on("import", HERE);

        assertThat(findings(engine, Outside.nothing())).containsExactly("unknown_source");
        assertThat(findings(engine, source(there, "import_guest"))).containsExactly("missing_privilege");
        assertThat(findings(engine, source(there, "postgres"))).isEmpty();
    }

    private static Outside source(String database, String role) {
        return Outside.with(
                blobs -> Uni.createFrom().item(Map.of()), name -> Optional.of(TestPostgres.pool(database, role)));
    }

    private static List<String> findings(Engine engine, Outside outside) {
        return TestPostgres.pool(engine.database(), "postgres")
                .withConnection(connection -> new Preflight(outside).check(connection, TestDefinitions.of(PEOPLE)))
                .await()
                .atMost(TestPostgres.stepTimeout())
                .stream()
                .map(Finding::code)
                .toList();
    }
}
