package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.stack.Home;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pages of the documentation, followed to the letter by somebody who knows nothing else, end where they say. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrangerIT {
    private static final Path DOCS = Home.find().root().resolve("docs");
    private static final List<String> SCHEMAS = List.of("shop", "old_club", "club", "depot", "library");

    private final LiveStack stack;
    private final Set<String> definitions = new TreeSet<>();

    StrangerIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void drop() throws SQLException {
        definitions.forEach(stack::undefine);
        for (String schema : SCHEMAS) {
            stack.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
        }
    }

    @Test
    void shouldEndWhereTheTutorialSays(@TempDir Path directory) throws Exception {
        assertThat(follow(directory, "tutorials/your-own-table.md")).isEqualTo(9);

        assertThat(stack.query("SELECT email FROM shop.customers ORDER BY email"))
                .containsExactly("Ada@Example.org", "ben@example.org", "cleo@example.org");
        assertThat(stack.query("""
                SELECT o.id || ' ' || lower(c.email) FROM shop.orders AS o JOIN shop.customers AS c ON c.id = o.customer ORDER BY o.id
                """))
                .containsExactly("1 ada@example.org", "2 ben@example.org", "3 ben@example.org", "4 ada@example.org");
        assertThat(stack.query("""
                SELECT l.id || ' ' || lower(c.email)
                  FROM shop.letters AS l
                  JOIN shop.customers AS c
                    ON c.id = l.customer
                   AND l.link = 'https://shop.example/customers/' || c.id || '/letters/' || l.id
                 ORDER BY l.id
                """)).containsExactly("1 ada@example.org", "2 cleo@example.org", "3 ada@example.org");
    }

    @Test
    void shouldRunAMigration(@TempDir Path directory) throws Exception {
        assertThat(follow(directory, "how-to/run-a-migration.md")).isEqualTo(6);

        assertThat(directory.resolve("outcomes.csv")).content().contains(",migrated,");
        assertThat(stack.value("SELECT count(*) FROM library.documents WHERE substr(id::text, 15, 1) = '5'"))
                .isEqualTo("2");
    }

    @Test
    void shouldImportALegacyDatabase(@TempDir Path directory) throws Exception {
        assertThat(follow(directory, "how-to/import-a-legacy-database.md")).isEqualTo(4);

        assertThat(
                        stack.query(
                                "SELECT name || ' ' || email || ' ' || (joined AT TIME ZONE 'UTC') FROM club.people ORDER BY 1"))
                .containsExactly(
                        "Ada ada@example.org 2019-03-01 08:00:00",
                        "Ben ben@example.org 2020-07-15 16:30:00",
                        "Cleo cleo@example.org 2022-11-20 11:00:00");
    }

    @Test
    void shouldAskFromAnotherService(@TempDir Path directory) throws Exception {
        assertThat(follow(directory, "how-to/ask-from-another-service.md")).isEqualTo(6);

        assertThat(stack.query("SELECT weight FROM depot.parcels ORDER BY id"))
                .containsExactly("1500 g", "200 g", "12000 g");
    }

    private int follow(Path directory, String page) throws Exception {
        Stranger stranger = new Stranger(stack, directory);
        try {
            return stranger.follow(DOCS.resolve(page));
        } finally {
            definitions.addAll(stranger.definitions());
        }
    }
}
