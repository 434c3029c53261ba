package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a merge would lose is refused before it happens; what meets under any kind of unique index is merged. */
class RekeyMergeIT {

    private static final String DEFINITION = """
            migration: docs
            rekey: {table: public.doc, key: id, to: wanted, on-duplicate: merge, merge: {keep: newest(at)}}
            """;

    private static final String DOC = """
            CREATE TABLE doc (id text PRIMARY KEY, wanted text NOT NULL, at int NOT NULL, code text UNIQUE);
            INSERT INTO doc VALUES ('a', 'X', 1, 'ca'), ('b', 'X', 2, 'cb'), ('c', 'Y', 1, 'cc'), ('d', 'Y', 2, 'cd'), ('z', 'Z', 1, 'cz');
            """;

    private static void shouldForeseeTheSame(Engine engine, EngineRun plan, EngineRun run) {
        run.complete();
        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(run.outcomes().stream()
                        .filter(o -> "merge_refused".equals(o.getString("reason")))
                        .map(o -> o.getString("detail")))
                .allMatch(detail -> detail.contains("hang on") || detail.contains("no primary key"));
        assertThat(engine.values("SELECT outcome FROM godwit.quarantine")).doesNotContain("failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CASCADE", "SET NULL", "SET DEFAULT", "NO ACTION"})
    void shouldRefuseToMergeWhatRowsHangOnByAnotherColumn(String action) {
        Engine engine = Engine.on("other", DOC, """
                CREATE TABLE label (n int PRIMARY KEY, code text DEFAULT 'cz' REFERENCES doc (code) ON DELETE %s);
                INSERT INTO label VALUES (1, 'ca'), (2, 'cd');
                """.formatted(action));
        EngineRun plan = engine.plan(DEFINITION);
        plan.inspect();
        EngineRun run = engine.commit(DEFINITION);

        shouldForeseeTheSame(engine, plan, run);

        assertThat(engine.values("SELECT n || code FROM label ORDER BY n")).containsExactly("1ca", "2cd");
        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("Y", "Z", "a", "b");
        assertThat(run.story())
                .containsExactly(
                        "a -> X conflict merge_refused",
                        "b -> X conflict merge_refused",
                        "c -> Y migrated merged",
                        "d -> Y migrated null",
                        "z -> Z migrated null");
    }

    @Test
    void shouldRefuseToDeleteAChildWithACompositeKeyThatRowsHangOn() {
        Engine engine = Engine.on("composite", DOC, """
                CREATE TABLE page (doc text NOT NULL REFERENCES doc, n int NOT NULL, code text UNIQUE, PRIMARY KEY (doc, n));
                CREATE TABLE note (n int PRIMARY KEY, page text REFERENCES page (code) ON DELETE CASCADE);
                INSERT INTO page VALUES ('a', 1, 'pa'), ('b', 1, 'pb'), ('c', 1, 'pc'), ('d', 1, 'pd');
                INSERT INTO note VALUES (1, 'pa'), (2, 'pd');
                """);
        EngineRun plan = engine.plan(DEFINITION);
        plan.inspect();
        EngineRun run = engine.commit(DEFINITION);

        shouldForeseeTheSame(engine, plan, run);

        assertThat(engine.values("SELECT page FROM note ORDER BY n")).containsExactly("pa", "pd");
        assertThat(run.counts()).isEqualTo(Map.of("conflict", 2L, "migrated", 3L));
    }

    @Test
    void shouldRefuseToMergeTheChildrenOfATableWithoutAPrimaryKey() {
        Engine engine = Engine.on("nameless", DOC, """
                CREATE TABLE page (doc text REFERENCES doc, n int);
                INSERT INTO page VALUES ('a', 1), ('d', 1);
                """);
        EngineRun plan = engine.plan(DEFINITION);
        plan.inspect();
        EngineRun run = engine.commit(DEFINITION);

        shouldForeseeTheSame(engine, plan, run);

        assertThat(run.counts()).isEqualTo(Map.of("conflict", 2L, "migrated", 3L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '"',
            value = {
                "CREATE UNIQUE INDEX ON page (doc) WHERE main > a2 b1 b3",
                "CREATE UNIQUE INDEX ON page (doc, lower(name)) > a1 b1 b3",
                "CREATE UNIQUE INDEX ON page (doc, slot) NULLS NOT DISTINCT > b1 b3",
                "CREATE UNIQUE INDEX ON page (doc, slot) > a1 b1 b3",
                "CREATE UNIQUE INDEX ON page ((doc || '/' || lower(name))) WHERE NOT main > a1 b1 b3"
            })
    void shouldMergeChildrenThatMeetUnderAnyKindOfUniqueIndex(String index, String left) {
        Engine engine = Engine.on("unique", DOC, """
                CREATE TABLE page (n text PRIMARY KEY, doc text REFERENCES doc, name text, slot int, main boolean);
                %s;
                INSERT INTO page VALUES ('a1', 'a', 'One', NULL, true), ('b1', 'b', 'other', NULL, true),
                                        ('b3', 'b', 'two', 3, false);
                """.formatted(index));
        engine.execute("INSERT INTO page VALUES ('a2', 'a', 'TWO', 3, false)");
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(DEFINITION);

        run.complete();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 5L));
        assertThat(String.join(" ", engine.values("SELECT n FROM page ORDER BY n")))
                .isEqualTo(left);
        assertThat(engine.values("SELECT DISTINCT doc FROM page")).containsExactly("X");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldForeseeMergesOfRowsWithDerivedChildrenWithoutLockingThem() {
        Engine engine = Engine.on("foreseen", DOC, """
                CREATE TABLE page (id text PRIMARY KEY, doc text NOT NULL REFERENCES doc, n int NOT NULL, UNIQUE (doc, n));
                INSERT INTO page VALUES ('p1', 'a', 1), ('p2', 'b', 1), ('p3', 'b', 2), ('p4', 'c', 1), ('p5', 'z', 1);
                """);
        String definition = """
                migration: docs
                rekey:
                  table: public.doc
                  key: id
                  to: wanted
                  on-duplicate: merge
                  merge: {keep: newest(at)}
                  children:
                    - {table: public.page, key: id, to: "doc || '/' || n"}
                """;
        EngineRun plan = engine.plan(definition);
        plan.inspect();
        EngineRun run = engine.commit(definition);

        shouldForeseeTheSame(engine, plan, run);

        assertThat(engine.values("SELECT id FROM page ORDER BY id")).containsExactly("X/1", "X/2", "Y/1", "Z/1");
    }

    @Test
    void shouldRefuseToMergeARowWithMoreChildrenThanATransactionTakes() {
        Engine engine = Engine.on("many", DOC, """
                CREATE TABLE page (n int PRIMARY KEY, doc text REFERENCES doc, no int, UNIQUE (doc, no));
                INSERT INTO page SELECT n, CASE WHEN n % 2 = 0 THEN 'a' ELSE 'd' END, n / 2 FROM generate_series(0, 40003) AS n;
                INSERT INTO page VALUES (-1, 'c', 7), (-2, 'c', -7);
                ANALYZE page;
                """);
        EngineRun plan = engine.plan(DEFINITION);
        plan.inspect();
        EngineRun run = engine.commit(DEFINITION);

        run.complete();

        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(run.story())
                .containsExactly(
                        "a -> X conflict merge_refused",
                        "b -> X conflict merge_refused",
                        "c -> Y migrated merged",
                        "d -> Y migrated null",
                        "z -> Z migrated null");
        assertThat(run.outcomes())
                .filteredOn(o -> o.getString("key").equals("a"))
                .extracting(o -> o.getString("detail"))
                .containsExactly(
                        "more than 20000 rows of public.page hang on it, which is more than one transaction takes");
        assertThat(engine.value("SELECT string_agg(n::text, ' ' ORDER BY n) FROM page WHERE doc = 'Y' AND n < 0"))
                .isEqualTo("-2");
    }
}
