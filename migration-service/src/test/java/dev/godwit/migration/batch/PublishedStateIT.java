package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import org.junit.jupiter.api.Test;

/** A publication of all tables, which belongs to somebody else, takes in the tables of Godwit. */
class PublishedStateIT {

    private static final String UNIDENTIFIED = """
            SELECT c.relname
              FROM pg_class AS c
             WHERE c.relnamespace = 'godwit'::regnamespace
               AND c.relkind = 'r'
               AND c.relpersistence = 'p'
               AND c.relreplident = 'd'
               AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary)
             ORDER BY 1
            """;

    /** PostgreSQL would refuse to change or delete their rows, whatever plugin reads the publication. */
    @Test
    void shouldHaveNoTableWhoseRowsCannotBeNamed() {
        Engine engine = Engine.on(
                "published",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "INSERT INTO doc VALUES ('a', 'x')");
        EngineRun run =
                engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        run.backfill();

        assertThat(engine.values(UNIDENTIFIED)).isEmpty();
    }
}
