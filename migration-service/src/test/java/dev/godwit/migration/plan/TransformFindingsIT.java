package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransformFindingsIT {

    private static final String ZOO = """
            CREATE ROLE plain_reader LOGIN;
            CREATE TABLE step (
                id integer PRIMARY KEY, number integer NOT NULL, form text, email text UNIQUE, parent integer REFERENCES step,
                doubled integer GENERATED ALWAYS AS (number * 2) STORED, serial integer GENERATED ALWAYS AS IDENTITY,
                CONSTRAINT step_number CHECK (number <= 11 AND number >= 0));
            CREATE UNIQUE INDEX step_form ON step (lower(form)) WHERE form <> 'old';
            CREATE TABLE pair (a integer, b integer, form text, PRIMARY KEY (a, b));
            CREATE TABLE watched (id integer PRIMARY KEY, form text);
            ALTER TABLE watched REPLICA IDENTITY FULL;
            CREATE TABLE ruled (id integer PRIMARY KEY, form text);
            CREATE RULE also AS ON UPDATE TO ruled DO ALSO NOTIFY ruled;
            CREATE TABLE stamped (id integer PRIMARY KEY, form text, changed timestamptz);
            CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := now(); RETURN NEW; END';
            CREATE TRIGGER stamped BEFORE UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION stamp();
            CREATE TABLE loud (id integer PRIMARY KEY, form text, changed timestamptz);
            CREATE TRIGGER loud BEFORE UPDATE ON loud FOR EACH ROW EXECUTE FUNCTION stamp();
            ALTER TABLE loud ENABLE ALWAYS TRIGGER loud;
            CREATE VIEW shown AS SELECT * FROM step;
            CREATE SCHEMA taken;
            GRANT USAGE ON SCHEMA public TO plain_reader;
            GRANT SELECT ON step TO plain_reader;
            """;

    private static Engine engine;

    @BeforeAll
    static void createZoo() {
        engine = Engine.on("transformfindings", ZOO);
    }

    private static List<String> codes(String transform) {
        return check(definition(transform)).stream().map(Finding::code).toList();
    }

    private static Definition definition(String transform) {
        return TestDefinitions.of(
                "migration: forms\ntransform: {writers: new, pending: form = 'old', " + transform + "}\n",
                Map.of(
                        "taken.sql", "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
                        "fine.sql", "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
                        "broken.sql", "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT $2'"));
    }

    private static List<Finding> check(Definition definition) {
        return TestPostgres.pool(engine.database())
                .withConnection(connection -> new Preflight().check(connection, definition))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }

    private static String message(String transform) {
        return check(definition(transform)).get(0).message();
    }

    @Test
    void shouldFindNothingAgainstASoundDefinition() {
        assertThat(codes("table: public.stamped, set: {form: upper(form)}, triggers: off"))
                .isEmpty();
    }

    @Test
    void shouldRefuseTablesThatCannotBeTransformed() {
        assertThat(codes("table: public.shown, set: {form: upper(form)}")).contains("unsupported_table");
        assertThat(codes("table: public.pair, set: {form: upper(form)}")).containsExactly("no_key");
        assertThat(codes("table: public.watched, set: {form: upper(form)}")).containsExactly("replica_identity");
        assertThat(codes("table: public.ruled, set: {form: upper(form)}")).containsExactly("rules");
        assertThat(codes("table: public.nowhere, set: {form: upper(form)}")).containsExactly("unknown_table");
        assertThat(codes("table: public.loud, set: {form: upper(form)}, triggers: off"))
                .containsExactly("always_triggers");
    }

    @Test
    void shouldRefuseColumnsThatCannotBeSet() {
        assertThat(codes("table: public.step, set: {doubled: '1'}")).containsExactly("generated_column");
        assertThat(codes("table: public.step, set: {serial: '1'}")).containsExactly("identity_always");
        assertThat(codes("table: public.step, set: {id: id + 1}")).containsExactly("key_changes");
        assertThat(codes("table: public.step, set: {from: '1'}")).containsExactly("unknown_column");
        assertThat(codes("table: public.step, key: number, set: {form: upper(form)}"))
                .containsExactly("key_not_unique");
    }

    @Test
    void shouldRefuseToGroupByAColumnThatIsNotThere() {
        List<Finding> findings = check(
                TestDefinitions.of(
                        "migration: forms\ntransform: {writers: new, pending: form = 'old', table: public.stamped, set: {form: upper(form)}, triggers: off}\nsummary: [form, forn]\n"));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("unknown_column");
            assertThat(finding.message()).isEqualTo("summary: public.stamped has no column forn");
            assertThat(finding.remedy()).contains("form");
        });
    }

    @Test
    void shouldQuoteWhatPostgreSqlSaysToExpressions() {
        assertThat(message("table: public.stamped, triggers: off, set: {form: uper(form)}"))
                .contains("transform.set.form", "uper(text) does not exist");
        assertThat(message("table: public.stamped, triggers: off, set: {form: form}, where: nothing > 1"))
                .contains("transform.where", "\"nothing\" does not exist");
        assertThat(codes("table: public.stamped, triggers: off, set: {changed: form}"))
                .containsExactly("invalid_expression");
    }

    @Test
    void shouldTryFunctionsWithoutLeavingThem() {
        assertThat(codes("table: public.stamped, triggers: off, functions: fine.sql, set: {form: fine.f(form)}"))
                .isEmpty();
        assertThat(codes("table: public.stamped, triggers: off, functions: broken.sql, set: {form: broken.f(form)}"))
                .containsExactly("invalid_functions");
        assertThat(codes("table: public.stamped, triggers: off, functions: taken.sql, set: {form: taken.f(form)}"))
                .containsExactly("functions_schema_taken");
        assertThat(engine.values("SELECT nspname FROM pg_namespace WHERE nspname IN ('fine', 'broken')"))
                .isEmpty();
    }

    @Test
    void shouldRefuseAnotherVersionOfFunctionsOnlyWhileARunNeedsThem() {
        String yaml =
                "migration: versions\ntransform: {table: public.stamped, pending: form = 'old', triggers: off, functions: v.sql, set: {form: v.f(form)}, writers: old}\n";
        EngineRun run = engine.commit(TestDefinitions.of(
                yaml, Map.of("v.sql", "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT $1'")));
        Definition second = TestDefinitions.of(
                yaml, Map.of("v.sql", "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)'"));

        assertThat(check(second)).extracting(Finding::code).containsExactly("functions_in_use");
        engine.execute("UPDATE godwit.run SET state = 'cancelled' WHERE id = '" + run.id() + "'");
        assertThat(check(second)).isEmpty();
        engine.execute("CREATE VIEW depending AS SELECT v.f('x')");
        assertThat(check(second)).singleElement().satisfies(finding -> assertThat(finding.message())
                .contains("another version", "view depending"));
        engine.execute("DROP VIEW depending; DROP SCHEMA v CASCADE");
    }

    @Test
    void shouldNameWhatAPlanCannotForesee() {
        assertThat(message("table: public.step, set: {email: lower(email), form: lower(form), parent: number}"))
                .contains("step_email_key", "step_form", "step_parent_fkey");
        assertThat(codes("table: public.stamped, set: {form: upper(form)}")).containsExactly("before_triggers");
        assertThat(message("table: public.stamped, set: {form: upper(form)}")).contains("sets changed");
    }

    @Test
    void shouldKnowAConstraintHoweverItIsSpelled() {
        String swap =
                "table: public.step, set: {number: number - 1}, constraint: {name: step_number, to: number <= 9, ";
        assertThat(codes(swap + "from: number BETWEEN 0 AND 11}")).containsExactly("constraint_differs");
        assertThat(codes(swap + "from: 'number <= 11 AND (number) >= 0'}")).containsExactly("constraint_changes");
        assertThat(
                        codes(
                                "table: public.step, set: {number: '1'}, constraint: {name: none, from: number > 0, to: number > 1}"))
                .containsExactly("unknown_constraint");
        assertThat(
                        codes(
                                "table: public.step, functions: fine.sql, set: {number: '1'}, "
                                        + "constraint: {name: step_number, from: 'number <= 11 AND number >= 0', to: fine.f(form) IS NULL}"))
                .containsExactly("invalid_expression");
    }

    @Test
    void shouldAskWhatADefinitionRequires() {
        Definition definition = TestDefinitions.of(
                "migration: forms\ntransform: {table: public.stamped, pending: form = 'old', writers: new, triggers: off, set: {form: upper(form)}}\n"
                        + "require: [{name: somebody is there, sql: 'SELECT false', otherwise: ask somebody}]\n");

        assertThat(check(definition)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("requirement_unmet");
            assertThat(finding.remedy()).isEqualTo("ask somebody");
        });
    }
}
