package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A plan says what a commit does, by a role that may not write the application's tables, and in transactions that cannot. */
class PlanRoleIT {

    private static final String PLANNER = """
            DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'planner') THEN CREATE ROLE planner LOGIN; END IF; END $$;
            GRANT USAGE ON SCHEMA godwit TO planner;
            GRANT ALL ON ALL TABLES IN SCHEMA godwit TO planner;
            GRANT ALL ON ALL SEQUENCES IN SCHEMA godwit TO planner;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO planner;
            """;

    /** Each has entities that are migrated, some that are not, and one that stands in the way. */
    enum Operation {
        REKEY("rekey: {table: public.item, key: id, to: wanted, on-duplicate: skip}"),
        TRANSFORM(
                "transform: {table: public.item, pending: name <> lower(name), set: {name: lower(name)}, writers: old}"),
        DERIVE("""
                derive:
                  from: public.item
                  into: public.label
                  identity: [item]
                  rows: SELECT entity.id AS item, entity.name FROM entity WHERE entity.name <> 'c'
                """);

        private final String yaml;

        Operation(String section) {
            yaml = "migration: under-test\n" + section + "\n";
        }
    }

    private static Engine items(String... more) {
        Engine engine = Engine.on(
                "planner",
                "CREATE TABLE item (id text PRIMARY KEY, wanted text NOT NULL, name varchar(4) NOT NULL)",
                "CREATE TABLE label (item text PRIMARY KEY, name text)",
                "CREATE TABLE seen (what text)",
                "INSERT INTO item VALUES ('1', 'a', 'A'), ('2', 'b', 'b'), ('3', 'b', 'c'), ('d', 'd', 'D'), ('5', 'e', 'E')",
                "INSERT INTO label VALUES ('5', 'by hand')");
        for (String sql : more) {
            engine.execute(sql);
        }
        engine.execute(PLANNER);
        return engine;
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void shouldSayWhatACommitDoesByARoleThatMayNotWrite(Operation operation) {
        Engine engine = items();
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(operation.yaml);

        plan.by(engine.as("planner")).inspect();

        assertThat(engine.contents()).isEqualTo(before);
        EngineRun run = engine.commit(operation.yaml);
        run.complete();
        assertThat(engine.contents()).isNotEqualTo(before);
        assertThat(plan.story()).hasSize(5).isEqualTo(run.story());
        assertThat(plan.counts()).isEqualTo(run.counts());
    }

    /** The role may write here; the transaction may not. */
    @Test
    void shouldNotLetADerivedRowWriteInAPlan() {
        Engine engine = items(
                "CREATE FUNCTION sly(text) RETURNS text LANGUAGE sql AS 'INSERT INTO public.seen VALUES ($1) RETURNING what'");
        EngineRun plan =
                engine.plan(Operation.DERIVE.yaml.replace("entity.name FROM", "sly(entity.name) AS name FROM"));

        plan.inspect();

        assertThat(engine.values("SELECT what FROM seen")).isEmpty();
        assertThat(plan.story()).contains("1 -> null failed sqlstate_25006");
    }
}
