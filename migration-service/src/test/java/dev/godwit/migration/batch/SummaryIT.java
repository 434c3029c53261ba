package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counts by groups of values of declared columns; {@link EngineRun#counts()} holds them against the run's counts besides. */
class SummaryIT {

    private static final String DOC = "CREATE TABLE doc (id text PRIMARY KEY, wanted text, owner text, age integer)";

    private static final String REKEY = """
            migration: m
            rekey: {table: public.doc, key: id, to: wanted, on-duplicate: %s}
            summary: [owner]
            """;

    private static final String STEPS = """
            migration: steps
            transform:
              table: public.person
              pending: step < 100
              set: {step: (100 / step) * 100}
              writers: old
            summary: [step]
            """;

    private static Engine persons() {
        return Engine.on(
                "summary",
                "CREATE TABLE person (id integer PRIMARY KEY, step integer)",
                "INSERT INTO person VALUES (1, 1), (2, 1), (3, 2), (4, 100), (5, NULL), (6, 0)");
    }

    @Test
    void shouldGroupByWhatStoodThereBeforeTheBatchThoughTheMigrationChangesIt() {
        Engine engine = persons();
        Map<String, Map<String, Long>> expected = Map.of(
                "[\"1\"]", Map.of("migrated", 2L),
                "[\"2\"]", Map.of("migrated", 1L),
                "[\"100\"]", Map.of("unchanged", 1L),
                "[null]", Map.of("unchanged", 1L),
                "[\"0\"]", Map.of("failed", 1L));
        EngineRun plan = engine.plan(STEPS);

        plan.inspect();

        assertThat(plan.groups()).isEqualTo(expected);
        assertThat(plan.counts()).isEqualTo(Map.of("migrated", 3L, "unchanged", 2L, "failed", 1L));
        assertThat(engine.values(
                        "SELECT place || ' ' || migrated || ' ' || unchanged || ' ' || failed FROM godwit.group_count WHERE run_id = $1 ORDER BY 1",
                        plan.id()))
                .as("what the plan's report says")
                .containsExactly("[\"0\"] 0 0 1", "[\"1\"] 2 0 0", "[\"100\"] 0 1 0", "[\"2\"] 1 0 0", "[null] 0 1 0");

        engine.execute("DELETE FROM person WHERE step = 0");
        EngineRun run = engine.commit(STEPS);
        run.complete();

        assertThat(run.groups())
                .isEqualTo(Map.of(
                        "[\"1\"]", Map.of("migrated", 2L),
                        "[\"2\"]", Map.of("migrated", 1L),
                        "[\"100\"]", Map.of("unchanged", 1L),
                        "[null]", Map.of("unchanged", 1L)));

        run.rollback();

        assertThat(run.groups().get("[\"1\"]")).isEqualTo(Map.of("migrated", 2L, "reverted", 2L));
        assertThat(run.groups().get("[\"2\"]")).isEqualTo(Map.of("migrated", 1L, "reverted", 1L));
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L, "unchanged", 2L, "reverted", 3L));
    }

    @Test
    void shouldTakeAnEntityOutOfTheGroupInWhichItWasCountedWhenItsValueHasChanged() {
        Engine engine = Engine.on(
                "summarymoves", DOC, "INSERT INTO doc VALUES ('a', 'x', 'ann'), ('b', 'x', 'bob'), ('c', 'c', 'ann')");
        EngineRun run = engine.commit(REKEY.formatted("fail"));
        run.backfill();
        assertThat(run.groups())
                .isEqualTo(Map.of(
                        "[\"ann\"]", Map.of("conflict", 1L, "unchanged", 1L), "[\"bob\"]", Map.of("conflict", 1L)));
        engine.execute("UPDATE doc SET wanted = 'y', owner = 'cy' WHERE id = 'a'");

        run.keys(List.of("a"));
        run.keys(List.of("b"));

        assertThat(run.groups())
                .isEqualTo(Map.of(
                        "[\"ann\"]", Map.of("unchanged", 1L),
                        "[\"bob\"]", Map.of("migrated", 1L),
                        "[\"cy\"]", Map.of("migrated", 1L)));
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L, "unchanged", 1L));

        engine.execute("UPDATE doc SET wanted = NULL, owner = 'dee' WHERE id = 'y'");
        run.keys(List.of("y"));

        assertThat(run.groups().get("[\"dee\"]")).isEqualTo(Map.of("skipped", 1L));
        assertThat(run.groups()).doesNotContainKey("[\"cy\"]");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 1L, "skipped", 1L, "unchanged", 1L));
    }

    @Test
    void shouldCountLosersOfAMergeWhereTheirRowsWere() {
        Engine engine = Engine.on(
                "summarymerge",
                DOC,
                "INSERT INTO doc VALUES ('a', 'x', 'ann', 1), ('b', 'x', 'bob', 2), ('c', 'x', NULL, 3)");
        EngineRun run = engine.commit("""
                migration: m
                rekey: {table: public.doc, key: id, to: wanted, on-duplicate: merge, merge: {keep: newest(age)}}
                summary: [owner, age]
                """);

        run.complete();

        assertThat(run.groups())
                .isEqualTo(Map.of(
                        "[\"ann\",\"1\"]", Map.of("migrated", 1L),
                        "[\"bob\",\"2\"]", Map.of("migrated", 1L),
                        "[null,\"3\"]", Map.of("migrated", 1L)));

        run.rollback();

        assertThat(run.groups().values()).hasSize(3).allSatisfy(counts -> assertThat(counts)
                .isEqualTo(Map.of("migrated", 1L, "reverted", 1L)));
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L, "reverted", 3L));
    }

    @Test
    void shouldGroupImportedEntitiesByColumnsOfTheirSource() {
        Engine engine = Engine.on(
                "summaryimport",
                "CREATE SCHEMA legacy",
                "CREATE TABLE legacy.person (id integer PRIMARY KEY, sub text, role text)",
                "CREATE TABLE account (id integer PRIMARY KEY, sub text NOT NULL UNIQUE)",
                "INSERT INTO legacy.person VALUES (1, 'ann', 'admin'), (2, 'bob', 'user'), (3, 'ann', 'user'), (4, NULL, NULL)");
        EngineRun run = engine.commit("""
                migration: accounts
                import:
                  from: legacy.person
                  into: public.account
                  where: sub IS NOT NULL
                  set: {id: id, sub: sub}
                  on-conflict: {columns: [sub], then: conflict, reason: duplicate_sub}
                summary: [role]
                """);

        run.complete();

        assertThat(run.groups())
                .isEqualTo(Map.of(
                        "[\"admin\"]", Map.of("migrated", 1L), "[\"user\"]", Map.of("migrated", 1L, "conflict", 1L)));
        run.rollback();
        assertThat(run.groups().get("[\"admin\"]")).isEqualTo(Map.of("migrated", 1L, "reverted", 1L));
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L, "conflict", 1L, "reverted", 2L));
    }

    @Test
    void shouldGroupEntitiesThatDeriveByTheirOwnColumnsAndRefuseToCountADeletedOneAnywhereElse() {
        Engine engine = Engine.on(
                "summaryderive",
                "CREATE TABLE person (id integer PRIMARY KEY, role text)",
                "CREATE TABLE duty (person integer PRIMARY KEY)",
                "INSERT INTO person VALUES (1, 'admin'), (2, repeat('é', 300)), (3, repeat('é', 250))");
        EngineRun run = engine.commit("""
                migration: duties
                derive:
                  from: public.person
                  into: public.duty
                  identity: [person]
                  rows: SELECT entity.id AS person FROM entity
                summary: [role]
                """);

        run.complete();
        assertThat(run.groups())
                .isEqualTo(Map.of(
                        "[\"admin\"]",
                        Map.of("migrated", 1L),
                        "[\"" + "é".repeat(200) + "\"]",
                        Map.of("migrated", 2L)));

        engine.execute("DELETE FROM person WHERE id = 1");
        run.rollback();
        assertThat(run.groups().get("[\"admin\"]"))
                .as("as it was told")
                .isEqualTo(Map.of("migrated", 1L, "reverted", 1L));
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L, "reverted", 3L));
    }
}
