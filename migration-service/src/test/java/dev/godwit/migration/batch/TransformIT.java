package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.functions.FunctionSchema;
import dev.godwit.migration.operation.transform.TransformModel;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransformIT {

    private static final String LOWER = """
            migration: lower-names
            transform:
              table: public.person
              pending: name <> lower(name)
              set: {name: lower(name)}
              writers: %s
            summary: [name, note]
            """;

    private static Engine persons(String... more) {
        List<String> sql = new ArrayList<>(List.of(
                "CREATE TABLE person (id integer PRIMARY KEY, name text, note text)",
                "INSERT INTO person VALUES (1, 'ANN', 'a'), (2, 'bob', 'b'), (3, 'Cy', 'c'), (4, NULL, 'd')"));
        sql.addAll(List.of(more));
        return Engine.on("transform", sql.toArray(String[]::new));
    }

    private static List<String> names(Engine engine) {
        return engine.values("SELECT concat_ws(' ', id, name) FROM person ORDER BY id");
    }

    @Test
    void shouldChangeWhatIsPendingAndNothingElse() {
        Engine engine = persons();
        EngineRun run = engine.commit(LOWER.formatted("old"));

        assertThat(run.complete()).isZero();

        assertThat(names(engine)).containsExactly("1 ann", "2 bob", "3 cy", "4");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L, "unchanged", 2L));
    }

    @Test
    void shouldFindNothingToDoTheSecondTime() {
        Engine engine = persons();
        engine.commit(LOWER.formatted("old")).complete();
        Map<String, List<String>> after = engine.contents();

        EngineRun again = engine.commit(LOWER.formatted("old"));
        again.complete();

        assertThat(again.counts()).isEqualTo(Map.of("unchanged", 4L));
        assertThat(engine.contents()).isEqualTo(after);
    }

    @Test
    void shouldChangeInTheSameBatchWhatBecamePendingMeanwhile() {
        Engine engine = persons(
                """
                CREATE FUNCTION company() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO person VALUES (5, 'DEE', 'e'); UPDATE person SET name = 'BOB' WHERE id = 2; RETURN NULL; END $$
                """,
                "CREATE TRIGGER company AFTER UPDATE ON person FOR EACH ROW WHEN (OLD.name = 'ANN') EXECUTE FUNCTION company()");
        EngineRun run = engine.commit(LOWER.formatted("old"));

        boolean inTheSameBatch = TestPostgres.major() >= 18;
        if (inTheSameBatch) {
            run.backfill();
        } else {
            // Rows are read there before they are changed; what the trigger did is found by the verification.
            assertThat(run.complete()).isEqualTo(2);
        }

        assertThat(names(engine)).containsExactly("1 ann", "2 bob", "3 cy", "4", "5 dee");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 4L, "unchanged", 1L));
        if (inTheSameBatch) {
            assertThat(run.complete()).isZero();
        }
        run.rollback();
        assertThat(names(engine)).containsExactly("1 ANN", "2 BOB", "3 Cy", "4", "5 DEE");
    }

    @Test
    void shouldPlanWhatACommitDoes() {
        Engine engine = persons("INSERT INTO person VALUES (5, 'DEE', 'e')");
        String yaml = """
                migration: numbers
                transform:
                  table: public.person
                  pending: note !~ '^[0-9]+$'
                  set: {note: "(CASE WHEN name = 'bob' THEN 'x' ELSE (1 / (id - 3))::text END)"}
                  writers: old
                """;
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(yaml);
        plan.inspect();
        assertThat(engine.contents()).isEqualTo(before);

        EngineRun run = engine.commit(yaml);
        isolating(engine, run);

        assertThat(plan.story())
                .containsExactly(
                        "1 -> null migrated null",
                        "2 -> null failed still_pending",
                        "3 -> null failed sqlstate_22012",
                        "4 -> null migrated null",
                        "5 -> null migrated null");
        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(run.counts()).isEqualTo(plan.counts());
    }

    @Test
    void shouldForeseeWhatPostgreSqlWouldRefuse() {
        Engine engine = Engine.on("fates", """
                CREATE TABLE fit (
                    id integer PRIMARY KEY, word varchar(5), fixed char(3), amount integer CHECK (amount < 80), must text NOT NULL,
                    doubled integer GENERATED ALWAYS AS (amount * 2) STORED);
                INSERT INTO fit VALUES (1, 'ab', 'x', 1, 'm'), (2, 'abcd', 'x', 1, 'm'), (3, 'ab', 'x', 1, 'gone'), (4, 'ab', 'x', 0, 'm'),
                                       (5, 'ab', 'x', 9, 'm'), (6, 'ab', 'x', 50, 'm'), (7, 'ab', 'xyz', 1, 'm'), (8, 'abc  ', 'x', 1, 'm')
                """);
        String yaml = """
                migration: fates
                transform:
                  table: public.fit
                  pending: doubled < 20
                  set: {word: word || 'xx', fixed: "rtrim(fixed) || 'x'", amount: amount * 10, must: "nullif(must, 'gone')"}
                  writers: old
                """;
        EngineRun plan = engine.plan(yaml);
        plan.inspect();
        EngineRun run = engine.commit(yaml);
        isolating(engine, run);
        assertThat(run.complete()).isZero();

        assertThat(run.story())
                .containsExactly(
                        "1 -> null migrated null",
                        "2 -> null failed sqlstate_22001",
                        "3 -> null failed sqlstate_23502",
                        "4 -> null failed still_pending",
                        "5 -> null failed sqlstate_23514",
                        "6 -> null unchanged null",
                        "7 -> null failed sqlstate_22001",
                        "8 -> null failed sqlstate_22001");
        assertThat(plan.story()).isEqualTo(run.story());
    }

    @Test
    void shouldNotLetFunctionsWriteInAPlan() {
        Engine engine = persons("CREATE TABLE seen (name text)");
        EngineRun plan = engine.plan(TestDefinitions.of("""
                migration: sly
                transform:
                  table: public.person
                  pending: name = 'ANN'
                  functions: sly.sql
                  set: {name: sly.remember(name)}
                  writers: old
                """, Map.of("sly.sql", """
                CREATE FUNCTION remember(name text) RETURNS text LANGUAGE sql AS 'INSERT INTO public.seen VALUES ($1) RETURNING lower(name)';
                """)));

        plan.inspect();

        assertThat(engine.values("SELECT name FROM seen")).isEmpty();
        assertThat(plan.story()).contains("1 -> null failed sqlstate_25006");
    }

    /** What a worker does when no batch of a range gets through. */
    private static void isolating(Engine engine, EngineRun run) {
        for (int chunk : run.cut(Kind.BACKFILL)) {
            Engine.await(engine.chunkWork().isolate(run.context(), Kind.BACKFILL, chunk));
        }
        run.drain();
    }

    @Test
    void shouldPutAsideOnlyTheRowWhoseFunctionFails() {
        Engine engine = persons();
        EngineRun run = engine.commit("""
                migration: notes
                transform:
                  table: public.person
                  pending: note ~ '^[a-z]$'
                  set: {note: "CASE WHEN id = 2 THEN ('x' || note)::integer::text ELSE upper(note) END"}
                  writers: old
                """);

        isolating(engine, run);

        assertThat(engine.values("SELECT note FROM person ORDER BY id")).containsExactly("A", "b", "C", "D");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L, "failed", 1L));
        assertThat(engine.values("SELECT key || ' ' || reason FROM godwit.quarantine"))
                .containsExactly("2 sqlstate_22P02");
        assertThat(run.complete()).as("the scan passes a row by that failed").isZero();
    }

    @Test
    void shouldGiveBackWhatStillIsAsItWasWritten() {
        Engine engine = persons();
        EngineRun run = engine.commit(LOWER.formatted("old"));
        run.backfill();
        engine.execute("UPDATE person SET note = 'theirs' WHERE id = 1");
        engine.execute("UPDATE person SET name = 'cyrus' WHERE id = 3");
        assertThat(engine.query(run.context().operation().previewUndo(), run.id())
                        .get(0)
                        .getLong("restored"))
                .isEqualTo(1);

        run.rollback();

        assertThat(engine.values("SELECT concat_ws(' ', id, name, note) FROM person ORDER BY id"))
                .containsExactly("1 ANN theirs", "2 bob b", "3 cyrus c", "4 d");
        assertThat(run.story().stream().filter(s -> s.contains("vert") || s.contains("diver")))
                .containsExactly("1 -> null reverted null", "3 -> null diverged changed_since");
    }

    @Test
    void shouldTellARowThatIsGone() {
        Engine engine = persons();
        EngineRun run = engine.commit(LOWER.formatted("old"));
        run.backfill();
        engine.execute("DELETE FROM person WHERE id = 1");

        run.rollback();

        assertThat(run.counts()).containsEntry("reverted", 1L).containsEntry("diverged", 1L);
        assertThat(names(engine)).containsExactly("2 bob", "3 Cy", "4");
    }

    @Test
    void shouldTransformWhatWritersOfTheOldFormWrite() {
        Engine engine = persons();
        EngineRun run = engine.commit(LOWER.formatted("old"));
        run.backfill();
        engine.execute("UPDATE person SET name = 'ANNA' WHERE id = 1");

        run.keys(List.of("1"));

        assertThat(names(engine)).contains("1 anna");
        assertThat(run.counts()).as("an entity counts once").isEqualTo(Map.of("migrated", 2L, "unchanged", 2L));
        run.rollback();
        assertThat(names(engine)).as("what the application wrote last").containsExactly("1 ANNA", "2 bob", "3 Cy", "4");
        assertThat(run.counts()).containsEntry("reverted", 2L).doesNotContainKey("diverged");
    }

    @Test
    void shouldOnlyReportWhatWritersOfTheNewFormWriteT12() {
        Engine engine = persons();
        EngineRun run = engine.commit(LOWER.formatted("new"));
        engine.execute("INSERT INTO person VALUES (7, 'NewForm', '')");
        engine.execute("UPDATE person SET name = 'McAnn' WHERE id = 1");

        run.keys(List.of("1", "7"));
        run.complete();

        assertThat(names(engine)).containsExactly("1 McAnn", "2 bob", "3 cy", "4", "7 NewForm");
        assertThat(run.story()).contains("1 -> null skipped written_meanwhile", "7 -> null skipped written_meanwhile");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L, "unchanged", 2L, "skipped", 2L));
    }

    @Test
    void shouldCallFunctionsOfTheDefinitionAndTakeThemAway() {
        Engine engine = persons();
        Definition definition = TestDefinitions.of("""
                migration: shout
                transform:
                  table: public.person
                  pending: name <> shouting.louder(name)
                  functions: shouting.sql
                  set: {name: shouting.louder(name)}
                  writers: old
                """, Map.of("shouting.sql", """
                CREATE FUNCTION louder(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)';
                CREATE FUNCTION shouting.whisper(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)';
                """));
        EngineRun plan = engine.plan(definition);
        EngineRun run = engine.commit(definition);
        run.complete();

        assertThat(names(engine)).containsExactly("1 ANN", "2 BOB", "3 CY", "4");
        assertThat(schemas(engine)).containsExactly("shouting");
        release(engine, plan);
        assertThat(schemas(engine)).as("another run needs them").containsExactly("shouting");
        release(engine, run);
        assertThat(schemas(engine)).isEmpty();
    }

    private static void release(Engine engine, EngineRun run) {
        Engine.await(engine.runs().inTransaction(c -> FunctionSchema.releaseFor(c, run.id())));
    }

    private static List<String> schemas(Engine engine) {
        return engine.values("SELECT nspname FROM pg_namespace WHERE nspname = 'shouting'");
    }

    @Test
    void shouldDoTheSameWhereUpdateDoesNotAnswerTheOldRow() {
        Engine engine = persons();
        EngineRun run = engine.commit(LOWER.formatted("old"));
        RunContext context = run.context();
        TransformModel model = ((Transform) context.operation()).model();
        TransformModel older = new TransformModel(
                model.definition(),
                model.root(),
                model.key(),
                model.keyType(),
                model.leaves(),
                model.changed(),
                model.kept(),
                model.generated(),
                model.checks(),
                false);
        RunContext on15 = new RunContext(
                context.runId(),
                context.serial(),
                context.definition(),
                true,
                new Transform(older),
                context.barrier(),
                false,
                context.hideWrites(),
                context.shapes(),
                context.standing(),
                Optional.empty());

        run.cut(Kind.BACKFILL)
                .forEach(chunk -> Engine.await(engine.chunkWork().next(on15, Kind.BACKFILL, chunk, 100, 100, true)));

        assertThat(names(engine)).containsExactly("1 ann", "2 bob", "3 cy", "4");
        assertThat(engine.values("SELECT key || before::text FROM godwit.image ORDER BY key"))
                .containsExactly("1{ANN}", "3{Cy}");
        run.rollback();
        assertThat(names(engine)).containsExactly("1 ANN", "2 bob", "3 Cy", "4");
    }
}
