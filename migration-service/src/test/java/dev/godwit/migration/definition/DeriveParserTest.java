package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.TestDefinitions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeriveParserTest {

    private static final String WHOLE = """
            migration: rbac-assignments
            derive:
              from: public.users
              key: id
              into: public.user_role_assignments
              identity: [user_id, '"Role"']
              rows: |
                -- one row per role
                SELECT entity.id AS user_id, r.id AS "Role"
                  FROM entity JOIN public.roles AS r ON r.name = 'Owner';
              where: NOT disabled
              watch:
                - {table: public.projects, entity: owner_id}
                - {table: public.flows, entity: "coalesce(user_id, 0)"}
            """;

    @Test
    void shouldReadEverythingThatAFileSays() {
        DeriveDefinition derive = (DeriveDefinition) TestDefinitions.of(WHOLE).operation();

        assertThat(derive.kind()).isEqualTo("derive");
        assertThat(derive.table()).isEqualTo(new TableName("public", "users"));
        assertThat(derive.into()).isEqualTo(new TableName("public", "user_role_assignments"));
        assertThat(derive.key()).contains("id");
        assertThat(derive.identity()).containsExactly("user_id", "Role");
        assertThat(derive.rows()).startsWith("SELECT entity.id").doesNotContain("--", ";");
        assertThat(derive.where()).isEqualTo("NOT disabled");
        assertThat(derive.watch())
                .containsExactly(
                        new WatchedTable(new TableName("public", "projects"), "owner_id"),
                        new WatchedTable(new TableName("public", "flows"), "coalesce(user_id, 0)"));
        assertThat(derive.tables())
                .extracting(TableName::name)
                .containsExactly("users", "user_role_assignments", "projects", "flows");
    }

    @Test
    void shouldTakeThePrimaryKeyAndAllRowsWhenTheFileSaysNothing() {
        DeriveDefinition derive = (DeriveDefinition) TestDefinitions.of(
                        "migration: m\nderive: {from: a, into: b, identity: [x], rows: SELECT id AS x FROM entity}\n")
                .operation();

        assertThat(derive.key()).isEmpty();
        assertThat(derive.where()).isEqualTo("true");
        assertThat(derive.watch()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "into: b, identity: [x], rows: SELECT 1 FROM entity                                     | derive.from     | missing          | schema.table",
                "from: a, identity: [x], rows: SELECT 1 FROM entity                                     | derive.into     | missing          | schema.table",
                "from: a, into: b, rows: SELECT 1 FROM entity                                           | derive.identity | there already    | left alone",
                "from: a, into: b, identity: [x]                                                        | derive.rows     | missing          | one row of the table",
                "from: a, into: b, identity: [x], rows: SELECT 1                                        | derive.rows     | never reads      | SELECT … FROM entity",
                "from: a, into: b, identity: [x], rows: \"SELECT (1 FROM entity\"                       | derive.rows     | never closed     | SELECT … FROM entity",
                "from: a, into: b, identity: [x], rows: \"SELECT 1 FROM entity; SELECT 2\"              | derive.rows     | semicolon        | SELECT … FROM entity",
                "from: a, into: a, identity: [x], rows: SELECT 1 FROM entity                            | derive.into     | same table       | another table",
                "from: a, into: b, identity: [x], rows: SELECT 1 FROM entity, watch: [{table: c}]       | derive.watch[0].entity | missing   | names the entity",
                "from: a, into: b, identity: [x], rows: SELECT 1 FROM entity, watch: [{table: b, entity: x}] | derive.watch[0].table | cannot be watched | remove it",
                "from: a, into: b, identity: [x], rows: SELECT 1 FROM entity, row: SELECT               | derive.row      | unknown key      | did you mean 'rows'",
            })
    void shouldNameThePlaceOfAMistakeAndTheWayOut(String section, String key, String message, String remedy) {
        List<DefinitionError> errors = TestDefinitions.load("migration: m\nderive: {" + section + "}\n")
                .errors();

        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.key()).isEqualTo(key);
            assertThat(error.line()).isEqualTo(2);
            assertThat(error.message()).contains(message);
            assertThat(error.remedy()).contains(remedy);
        });
    }

    @Test
    void shouldRefuseTwoOperationsInOneFile() {
        List<DefinitionError> errors = TestDefinitions.load(WHOLE + "rekey: {table: a, key: id, to: b}\n")
                .errors();

        assertThat(errors).extracting(DefinitionError::message).containsExactly("two operations in one migration");
    }
}
