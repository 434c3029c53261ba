package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.SchemaDefinition.Patience;
import dev.godwit.migration.testing.TestDefinitions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SchemaParserTest {

    private static final String WHOLE = """
            migration: add-history
            schema:
              up: add-history.up.sql
              down: ALTER TABLE states DROP COLUMN history; SELECT 'a;b'
              owner: '"Shop App"'
              provides:
                tables: [public.states]
                columns: [states.history, '"A.b".t."C d"']
                indexes: [app.by_history]
                constraints: [app.states.positive]
              lock-timeout: 250 ms
              statement-timeout: 2min
              attempts: 7
            """;

    private static SchemaDefinition schema(String yaml, Map<String, String> files) {
        return (SchemaDefinition) TestDefinitions.of(yaml, files).operation();
    }

    @Test
    void shouldReadEverythingThatAFileSays() {
        String up =
                "-- first\nALTER TABLE states ADD COLUMN history jsonb;\nCREATE INDEX CONCURRENTLY i ON states (history);";

        SchemaDefinition schema = schema(WHOLE, Map.of("add-history.up.sql", up));

        assertThat(schema.up())
                .extracting(statement -> statement.sql().text())
                .containsExactly(
                        "ALTER TABLE states ADD COLUMN history jsonb",
                        "CREATE INDEX CONCURRENTLY i ON states (history)");
        assertThat(schema.up().get(1).concurrent()).isPresent();
        assertThat(schema.down().orElseThrow()).hasSize(2);
        assertThat(schema.owner()).contains("Shop App");
        assertThat(schema.patience()).isEqualTo(new Patience(Duration.ofMillis(250), Duration.ofMinutes(2), 7));
        assertThat(schema.attachments()).containsExactly(Map.entry("add-history.up.sql", up));
        assertThat(schema.provides().objects())
                .extracting(Provides.Provided::toString)
                .containsExactly(
                        "table public.states",
                        "column public.states.history",
                        "column \"A.b\".t.\"C d\"",
                        "index app.by_history",
                        "constraint app.states.positive");
    }

    @Test
    void shouldBelongToTheHashWithItsFiles() {
        Definition one = TestDefinitions.of(WHOLE, Map.of("add-history.up.sql", "SELECT 1"));
        Definition other = TestDefinitions.of(WHOLE, Map.of("add-history.up.sql", "SELECT 2"));

        assertThat(one.hash()).isNotEqualTo(other.hash());
    }

    @Test
    void shouldDoWithoutAllThatCanBeLeftOut() {
        SchemaDefinition schema = schema("migration: m\nschema: {up: SELECT 1}", Map.of());

        assertThat(schema.down()).isEmpty();
        assertThat(schema.owner()).isEmpty();
        assertThat(schema.provides().isEmpty()).isTrue();
        assertThat(schema.patience()).isEqualTo(Patience.DEFAULT);
    }

    @Test
    void shouldNameThePlaceOfAMistake() {
        List<DefinitionError> errors = TestDefinitions.load("""
                        migration: m
                        schema:
                          up: BEGIN; ALTER TABLE t ADD COLUMN a text; COMMIT
                          down: "SELECT 'never closed"
                          provides: {columns: [a], rows: [b]}
                          lock-timeout: 2h
                          statement-timeout: soon
                          attempts: 0
                        """).errors();

        assertThat(errors)
                .extracting(DefinitionError::key)
                .containsExactlyInAnyOrder(
                        "schema.up",
                        "schema.down",
                        "schema.provides.rows",
                        "schema.provides.columns",
                        "schema.lock-timeout",
                        "schema.statement-timeout",
                        "schema.attempts");
        assertThat(errors).allSatisfy(error -> assertThat(error.remedy()).isNotBlank());
        assertThat(errors)
                .filteredOn(error -> error.key().equals("schema.up"))
                .singleElement()
                .satisfies(error ->
                        assertThat(error.message()).contains("line 1", "'BEGIN'", "the transaction is Godwit's"));
    }

    @Test
    void shouldTakeFilesFromBesideTheDefinitionOnly() {
        assertThat(TestDefinitions.load("migration: m\nschema: {up: ../secret.sql}")
                        .errors())
                .as("a path is no name of a file, and no SQL: PostgreSQL would refuse it")
                .isEmpty();
        assertThat(TestDefinitions.load("migration: m\nschema: {up: gone.sql}").errors())
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("there is no file 'gone.sql'"));
    }

    @Test
    void shouldRefuseTwoOperationsInOneFile() {
        assertThat(TestDefinitions.load("migration: m\nschema: {up: SELECT 1}\nrekey: {table: t, key: a, to: b}")
                        .errors())
                .anySatisfy(error -> assertThat(error.message()).contains("two operations"));
    }
}
