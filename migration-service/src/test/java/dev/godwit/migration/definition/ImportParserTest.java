package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.ImportedValue.Computed;
import dev.godwit.migration.definition.ImportedValue.Identity;
import dev.godwit.migration.definition.OnConflict.Then;
import dev.godwit.migration.testing.TestDefinitions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportParserTest {

    private static final String WHOLE = """
            migration: courses
            depends-on: [users]
            import:
              from: legacy.courses
              into: public.courses
              key: id
              set:
                id: uuid5(namespace('courses'), id::text)
                title: trim(title)
                teacher_sub: identity('users', teacher_id)
                releaser: "IDENTITY ( 'users', coalesce(releaser_id, 0), 'nobody, at all' )"
              where: NOT hidden
              on-conflict: {columns: [title], then: update, reason: ambiguous_course}
              on-delete: delete
              blobs: {path: storage_path, sha256: sha256, size: size_bytes, store: submissions}
              discard: [legacy.sessions, legacy."Old Stuff"]
            """;

    private static final String USERS = "migration: users\nimport: {from: legacy.users, into: users, set: {id: id}}\n";

    @Test
    void shouldReadEverythingThatAFileSays() {
        ImportDefinition imported = (ImportDefinition)
                TestDefinitions.of(WHOLE, Map.of("users.yaml", USERS)).operation();

        assertThat(imported.kind()).isEqualTo("import");
        assertThat(imported.table()).isEqualTo(new TableName("legacy", "courses"));
        assertThat(imported.tables()).extracting(TableName::schema).containsExactly("legacy", "public");
        assertThat(imported.source()).isEmpty();
        assertThat(imported.key()).contains("id");
        assertThat(imported.set().keySet()).containsExactly("id", "title", "teacher_sub", "releaser");
        assertThat(((Computed) imported.set().get("id")).by()).isInstanceOf(KeyExpression.Uuid5.class);
        assertThat(imported.set())
                .containsEntry("title", new Computed(new KeyExpression.Sql("trim(title)")))
                .containsEntry("teacher_sub", new Identity("users", "teacher_id", Optional.empty()))
                .containsEntry(
                        "releaser", new Identity("users", "coalesce(releaser_id, 0)", Optional.of("'nobody, at all'")));
        assertThat(imported.identities()).containsExactly("users");
        assertThat(imported.where()).isEqualTo("NOT hidden");
        assertThat(imported.onConflict()).isEqualTo(new OnConflict(List.of("title"), Then.UPDATE, "ambiguous_course"));
        assertThat(imported.onDelete()).isEqualTo(OnDelete.DELETE);
        assertThat(imported.blobs()).contains(new BlobColumns("storage_path", "sha256", "size_bytes", "submissions"));
        assertThat(imported.discard())
                .containsExactly(new TableName("legacy", "sessions"), new TableName("legacy", "Old Stuff"));
    }

    @Test
    void shouldReadATableOfTheSameNameInAnotherDatabase() {
        ImportDefinition imported = (ImportDefinition)
                TestDefinitions.of("migration: m\nimport: {source: legacy, from: users, into: users, set: {id: id}}\n")
                        .operation();

        assertThat(imported.source()).contains("legacy");
        assertThat(imported.table()).hasToString("legacy:public.users");
        assertThat(imported.tables()).containsExactly(new TableName("public", "users"));
    }

    @Test
    void shouldReadTheExample() {
        LoadResult example = new DefinitionDirectory(
                        Path.of("../docs/examples/legacy-courses").toAbsolutePath())
                .load();

        assertThat(example.errors()).isEmpty();
        assertThat(example.definitions()).hasSize(11).first().satisfies(first -> assertThat(first.migration())
                .isIn("legacy-users", "legacy-blobs"));
    }

    @Test
    void shouldBeCautiousWhenTheFileSaysNothing() {
        ImportDefinition imported =
                (ImportDefinition) TestDefinitions.of("migration: m\nimport: {from: l.a, into: b, set: {id: id}}\n")
                        .operation();

        assertThat(imported.onConflict()).isEqualTo(OnConflict.DEFAULT);
        assertThat(imported.onDelete()).isEqualTo(OnDelete.KEEP);
        assertThat(imported.where()).isEqualTo("true");
        assertThat(imported.blobs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from: a, into: a, set: {id: id}                                            | import.into                | import into another table",
                "from: a, into: b                                                           | import.set                 | write set",
                "from: a, into: b, set: {id: \"coalesce(identity('m', id), 0)\"}            | import.set                 | another import gave",
                "from: a, into: b, set: {id: \"identity(m, id)\"}                           | import.set                 | another import gave",
                "from: a, into: b, set: {id: \"identity('users')\"}                         | import.set                 | another import gave",
                "from: a, into: b, set: {id: \"identity('users', id)\"}                     | depends-on                 | depends-on: [users]",
                "from: a, into: b, set: {id: id}, on-conflict: {columns: [slug]}            | import.on-conflict.columns | set the column",
                "from: a, into: b, set: {id: id}, on-conflict: {then: overwrite}            | import.on-conflict.then    | conflict",
                "from: a, into: b, set: {id: id}, on-conflict: {reason: Not a word}         | import.on-conflict.reason  | lower-case",
                "from: a, into: b, set: {id: id}, on-delete: cascade                        | import.on-delete           | keep",
                "from: a, into: b, set: {id: id}, blobs: {path: p, sha256: h, size: s}      | import.blobs.store         | write store",
                "from: a, into: b, set: {id: id}, discard: [a.b.c]                          | import.discard             | schema.table",
                "from: a, into: b, set: {id: id}, sett: {id: id}                            | import.sett                | did you mean 'set'",
            })
    void shouldNameLineKeyAndWayOut(String section, String key, String remedy) {
        List<DefinitionError> errors = TestDefinitions.load("migration: m\nimport: {" + section + "}\n")
                .errors();

        assertThat(errors).anySatisfy(error -> {
            assertThat(error.key()).isEqualTo(key);
            assertThat(error.line()).isPositive();
            assertThat(error.remedy()).contains(remedy);
        });
    }
}
