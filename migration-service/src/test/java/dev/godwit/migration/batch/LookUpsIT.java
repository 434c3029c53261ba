package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches look up what belongs to their entities, and nothing else: however much a run has written down, the next batch costs the same. */
class LookUpsIT {

    private static final int ENTITIES = 6_000;

    /** How often an entity may be looked up in one index, all phases of a run taken together. A table that is read once per batch is above it. */
    private static final long LOOK_UPS = 8;

    /** Batches are few beside entities; how often those that are undone are met again depends on who else looks. */
    private static final String READ_TOO_MUCH = """
            SELECT place || ': ' || read
              FROM (SELECT indexrelname AS place, idx_tup_read AS read
                      FROM pg_stat_user_indexes
                     WHERE schemaname = 'godwit'
                       AND relname <> 'batch'
                     UNION ALL
                    SELECT relname || ' without index', seq_tup_read
                      FROM pg_stat_user_tables
                     WHERE schemaname = 'godwit') AS t
             WHERE read > $1::bigint
             ORDER BY read DESC
            """;

    /** Each with half of the entities right already. */
    enum Case {
        REKEY("""
                CREATE TABLE entity (id text PRIMARY KEY, name text NOT NULL);
                INSERT INTO entity SELECT CASE WHEN n % 2 = 0 THEN 'old ' ELSE 'new ' END || n, 'new ' || n FROM generate_series(1, %d) AS n;
                """, """
                migration: look-ups
                rekey: {table: public.entity, key: id, to: name}
                """),
        TRANSFORM("""
                CREATE TABLE entity (id integer PRIMARY KEY, state text NOT NULL);
                INSERT INTO entity SELECT n, CASE WHEN n % 2 = 0 THEN 'old' ELSE 'new' END FROM generate_series(1, %d) AS n;
                """, """
                migration: look-ups
                transform: {table: public.entity, set: {state: "'new'"}, pending: "state = 'old'", writers: new}
                """),
        DERIVE("""
                CREATE TABLE entity (id integer PRIMARY KEY);
                INSERT INTO entity SELECT n FROM generate_series(1, %d) AS n;
                CREATE TABLE derived (entity integer PRIMARY KEY);
                INSERT INTO derived SELECT id FROM entity WHERE id % 2 = 0;
                """, """
                migration: look-ups
                derive: {from: public.entity, into: public.derived, identity: [entity], rows: SELECT entity.id AS entity FROM entity}
                """),
        IMPORT("""
                CREATE TABLE entity (id integer PRIMARY KEY, name text NOT NULL);
                INSERT INTO entity SELECT n, 'name ' || n FROM generate_series(1, %d) AS n;
                CREATE TABLE imported (id integer PRIMARY KEY, name text NOT NULL);
                INSERT INTO imported SELECT * FROM entity WHERE id % 2 = 0;
                """, """
                migration: look-ups
                import: {from: public.entity, into: public.imported, set: {id: id, name: name}, on-delete: delete}
                """);

        private final String tables;
        private final String definition;

        Case(String tables, String definition) {
            this.tables = tables.replace("%d", Integer.toString(ENTITIES));
            this.definition = definition;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadOfTheStateWhatTheBatchNeeds(Case operation) {
        Engine engine = Engine.on("lookups", 1, operation.tables);
        EngineRun run = engine.commit(operation.definition);

        run.complete();
        run.rollback();

        Map<String, Long> counts = run.counts();
        assertThat(counts).containsEntry("unchanged", ENTITIES / 2L).containsEntry("reverted", ENTITIES / 2L);
        Engine.await(engine.sessions().inTransaction(session -> session.query("SELECT pg_stat_force_next_flush()")
                .execute()));
        assertThat(engine.values(READ_TOO_MUCH, ENTITIES / 2L))
                .as("what a batch needs")
                .isNotEmpty();
        assertThat(engine.values(READ_TOO_MUCH, LOOK_UPS * ENTITIES)).isEmpty();
    }
}
