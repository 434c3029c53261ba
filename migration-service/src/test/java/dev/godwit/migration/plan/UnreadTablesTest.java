package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.testing.TestDefinitions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UnreadTablesTest {

    private static final Definition USERS = TestDefinitions.of("""
            migration: users
            import:
              from: legacy.users
              into: public.people
              set:
                id: id
                role: (SELECT r.name FROM legacy . "roles" AS r WHERE r.id = users.role)
              discard: [legacy.sessions, legacy.sesions, elsewhere.logs]
            """);

    private static List<Finding> find(String... tables) {
        return new UnreadTables(List.of(USERS))
                .judge(
                        (ImportDefinition) USERS.operation(),
                        Stream.of(tables)
                                .map(name -> new TableName("legacy", name))
                                .toList());
    }

    @Test
    void shouldTellWhichTablesNoDefinitionNames() {
        List<Finding> findings = find("users", "roles", "sessions", "user", "Pass Words", "roles_old");

        assertThat(findings).extracting(Finding::code).containsExactly("table_not_read", "unknown_table");
        assertThat(findings.get(0).message())
                .isEqualTo("no definition reads legacy.\"Pass Words\", legacy.roles_old, legacy.user");
        assertThat(findings.get(0).remedy())
                .endsWith("discard: [legacy.\"Pass Words\", legacy.roles_old, legacy.user]");
        assertThat(findings.get(1).message()).endsWith("legacy.sesions");
        assertThat(findings).noneMatch(Finding::refuses);
    }

    @Test
    void shouldSayNothingWhereEverythingIsReadOrLeftOut() {
        assertThat(find("users", "roles", "sessions", "sesions")).isEmpty();
    }
}
