package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.AuditTrail.Outcome;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Entities that share one new key, under each policy. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DuplicatesIT {
    private static final int DOCUMENTS = 60;
    private static final int OWNED = DOCUMENTS - 2;
    private static final int RIGHT = 5;
    /** Uploaded twice: the file hash of the second is spelt in upper case. */
    private static final int TWICE = 12;

    private static final String OLDER = Library.oldId(TWICE).toString();
    private static final String NEWER = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    private static final String SHARED =
            Library.newId(TWICE % 7, Library.sha(TWICE)).toString();

    private final LiveStack stack;

    DuplicatesIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeEach
    void load() throws SQLException {
        Library.load(stack, DOCUMENTS);
        stack.execute("""
                INSERT INTO library.documents
                SELECT '%1$s', owner, upper(sha), 'Newer', updated_at + interval '1 year' FROM library.documents WHERE id = '%2$s';
                INSERT INTO library.chunks VALUES ('aaaaaaaa-0000-4000-8000-000000000001', '%1$s', 1, 'newer one'),
                                                  ('aaaaaaaa-0000-4000-8000-000000000003', '%1$s', 3, 'newer three');
                INSERT INTO library.notes VALUES (9001, 'aaaaaaaa-0000-4000-8000-000000000001', 'newer note');
                INSERT INTO library.shares VALUES ('%1$s', 2), ('%1$s', 5);
                INSERT INTO library.searches VALUES (9001, '%1$s');
                INSERT INTO library.settings VALUES (9001, '{"last": "%1$s"}');
                INSERT INTO library.activity VALUES (9001, 'documents/%1$s/pages/7');
                INSERT INTO library.shelves VALUES (9001, '{%2$s,%1$s}')
                """.formatted(NEWER, OLDER));
    }

    @AfterAll
    void drop() throws SQLException {
        stack.undefine(Library.MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS library CASCADE");
    }

    @Test
    void shouldMergeIntoTheNewestAndLoseNoChild() throws SQLException {
        Map<String, String> before = stack.checksums(Library.SCHEMA);
        stack.define(
                Library.MIGRATION, Library.definition("  on-duplicate: merge\n  merge: {keep: newest(updated_at)}\n"));

        Run planned = stack.plan(Library.MIGRATION);
        Run run = stack.commit(Library.MIGRATION);

        assertThat(run.state()).as(run.reason()).isEqualTo("completed");
        assertThat(run.json().path("counts")).isEqualTo(planned.json().path("counts"));
        assertThat(run.count("migrated")).isEqualTo(OWNED - RIGHT + 1);
        assertThat(stack.outcomes(run))
                .filteredOn(outcome -> outcome.reason().equals("merged"))
                .extracting(Outcome::key, Outcome::newKey, Outcome::outcome)
                .contains(tuple(OLDER, SHARED, "migrated"));
        assertThat(stack.query(
                        "SELECT id || title FROM library.documents WHERE lower(sha) = '" + Library.sha(TWICE) + "'"))
                .containsExactly(SHARED + "Newer");
        assertThat(stack.query("SELECT n || body FROM library.chunks WHERE document_id = '" + SHARED + "' ORDER BY n"))
                .as("the survivor's chunk wins, the others move")
                .containsExactly("1newer one", "2body of " + Library.sha(TWICE) + "2", "3newer three");
        assertThat(stack.query("SELECT reader FROM library.shares WHERE document_id = '" + SHARED + "' ORDER BY 1"))
                .containsExactly("1", "2", "5");
        assertThat(stack.value("SELECT count(*) FROM library.notes AS n JOIN library.chunks AS c ON c.id = n.chunk_id"
                        + " WHERE c.document_id = '" + SHARED + "'"))
                .as("notes of both chunks number one")
                .isEqualTo("2");
        assertThat(Library.dangling(stack)).isZero();

        Run back = stack.rollBack(run);

        assertThat(back.state()).as(back.reason()).isEqualTo("rolled-back");
        assertThat(stack.checksums(Library.SCHEMA)).isEqualTo(before);
    }

    @Test
    void shouldLeaveBothAndSayConflict() throws SQLException {
        Run run = leaveBoth("fail", "conflict");

        assertThat(run.count("conflict")).isEqualTo(2);
        assertThat(run.exitCode("completed")).isEqualTo(ExitCode.CONFLICTS);
    }

    @Test
    void shouldLeaveBothAndSaySkipped() throws SQLException {
        Run run = leaveBoth("skip", "skipped");

        assertThat(run.count("conflict")).isZero();
        assertThat(run.count("skipped")).isEqualTo(2 + DOCUMENTS - OWNED);
        assertThat(run.exitCode("completed")).isEqualTo(ExitCode.DONE);
    }

    private Run leaveBoth(String policy, String outcome) throws SQLException {
        stack.define(Library.MIGRATION, Library.definition("  on-duplicate: " + policy + "\n"));
        String versions = "SELECT string_agg(ctid::text || xmin, ' ' ORDER BY id) FROM library.documents WHERE id IN ('"
                + OLDER + "', '" + NEWER + "')";
        String before = stack.value(versions);

        Run planned = stack.plan(Library.MIGRATION);
        Run run = stack.commit(Library.MIGRATION);

        assertThat(run.state()).as(run.reason()).isEqualTo("completed");
        assertThat(run.json().path("counts")).isEqualTo(planned.json().path("counts"));
        assertThat(run.count("migrated")).isEqualTo(OWNED - RIGHT - 1);
        assertThat(stack.value(versions)).isEqualTo(before);
        assertThat(stack.outcomes(run))
                .filteredOn(told -> told.reason().equals("duplicate"))
                .extracting(Outcome::key, Outcome::newKey, Outcome::outcome)
                .containsExactlyInAnyOrder(tuple(OLDER, SHARED, outcome), tuple(NEWER, SHARED, outcome));
        assertThat(Library.dangling(stack)).isZero();
        return run;
    }
}
