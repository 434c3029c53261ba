package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.demo.AuditTrail.Outcome;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The main operation on an application that has every kind of reference. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RekeyIT {
    private static final int DOCUMENTS = 400;
    private static final int WITHOUT_OWNER = 2;
    private static final int RIGHT = DOCUMENTS / 10 - 1;
    private static final int WRONG = DOCUMENTS - WITHOUT_OWNER - RIGHT;

    private final LiveStack stack;

    RekeyIT(LiveStack stack) {
        this.stack = stack;
    }

    /** What became of one entity, without when and in which lane. */
    private record Fate(String table, String key, String newKey, String outcome, String reason) {
        static Fate of(Outcome outcome) {
            return new Fate(outcome.table(), outcome.key(), outcome.newKey(), outcome.outcome(), outcome.reason());
        }
    }

    @BeforeEach
    void load() throws SQLException {
        Library.load(stack, DOCUMENTS);
        stack.define(Library.MIGRATION, Library.definition());
    }

    @AfterAll
    void drop() throws SQLException {
        stack.undefine(Library.MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS library CASCADE");
    }

    @Test
    void shouldPredictTheCommitAndThenFindNothingToDo() throws SQLException {
        Map<String, String> before = stack.rowVersions(Library.SCHEMA);

        Run planned = stack.plan(Library.MIGRATION);

        assertThat(planned.state()).isEqualTo("planned");
        assertThat(planned.count("migrated")).isEqualTo(WRONG);
        assertThat(planned.count("unchanged")).isEqualTo(RIGHT);
        assertThat(planned.count("skipped")).isEqualTo(WITHOUT_OWNER);
        assertThat(stack.rowVersions(Library.SCHEMA)).isEqualTo(before);

        Run committed = stack.commit(Library.MIGRATION);

        assertThat(committed.state()).as(committed.reason()).isEqualTo("completed");
        assertThat(committed.json().path("counts")).isEqualTo(planned.json().path("counts"));
        assertThat(fates(committed)).isEqualTo(fates(planned)).hasSize(DOCUMENTS);
        assertThat(stack.report(committed).path("chainsIntact").asBoolean()).isTrue();
        everyIdMustBeRight();

        Map<String, String> migrated = stack.rowVersions(Library.SCHEMA);
        Run again = stack.commit(Library.MIGRATION);

        assertThat(again.state()).isEqualTo("completed");
        assertThat(again.count("unchanged")).isEqualTo(DOCUMENTS - WITHOUT_OWNER);
        assertThat(again.count("migrated")).isZero();
        assertThat(stack.rowVersions(Library.SCHEMA)).isEqualTo(migrated);
    }

    private void everySignalMustBeKnown(Run run) {
        JsonNode pace = stack.migration().pace(run.id());
        assertThat(pace.path("pace").asText()).isEqualTo("normal");
        assertThat(pace.path("signals"))
                .hasSize(10)
                .noneMatch(signal -> signal.path("standing").asText().equals("unknown"));
    }

    @Test
    void shouldReachTheSameEndStateInTwoSteps() throws SQLException {
        Run first = stack.fly(RunRequest.of(Library.MIGRATION, true).withLimit(100));
        assertThat(first.state()).as(first.reason()).isEqualTo("completed");
        assertThat(Library.dangling(stack)).isZero();
        Run rest = stack.fly(RunRequest.of(Library.MIGRATION, true).withPace("normal"));
        everySignalMustBeKnown(rest);
        assertThat(first.count("migrated") + rest.count("migrated")).isEqualTo(WRONG);
        assertThat(first.count("migrated")).isPositive().isLessThanOrEqualTo(100);
        Map<String, String> inTwoSteps = stack.checksums(Library.SCHEMA);

        Library.load(stack, DOCUMENTS);
        Run whole = stack.commit(Library.MIGRATION);

        assertThat(whole.count("migrated")).isEqualTo(WRONG);
        assertThat(stack.checksums(Library.SCHEMA)).isEqualTo(inTwoSteps);
    }

    @Test
    void shouldRestoreEveryRowExactly() throws SQLException {
        Map<String, String> before = stack.checksums(Library.SCHEMA);
        Run committed = stack.commit(Library.MIGRATION);
        assertThat(stack.checksums(Library.SCHEMA)).isNotEqualTo(before);

        Run back = stack.rollBack(committed);

        assertThat(back.state()).as(back.reason()).isEqualTo("rolled-back");
        assertThat(back.count("reverted")).isEqualTo(WRONG);
        assertThat(back.count("diverged")).isZero();
        assertThat(stack.checksums(Library.SCHEMA)).isEqualTo(before);
    }

    @Test
    void shouldLeaveWhatChangedSinceAndWhatTheApplicationCreated() throws SQLException {
        Run committed = stack.commit(Library.MIGRATION);
        String changed = Library.newId(1, Library.sha(1)).toString();
        String fresh = "11111111-2222-4333-8444-555555555555";
        stack.execute("UPDATE library.documents SET title = 'Changed since' WHERE id = '" + changed + "'");
        stack.execute("INSERT INTO library.documents VALUES ('" + fresh + "', 99, 'fresh', 'Fresh', now())");
        String freshBefore =
                stack.value("SELECT d::text || xmin FROM library.documents AS d WHERE id = '" + fresh + "'");
        stack.execute("INSERT INTO library.shares VALUES ('" + Library.newId(2, Library.sha(2)) + "', 77)");

        Run back = stack.rollBack(committed);

        assertThat(back.state()).as(back.reason()).isEqualTo("rolled-back");
        assertThat(back.count("diverged")).isEqualTo(1);
        assertThat(back.count("reverted")).isEqualTo(WRONG - 1);
        assertThat(stack.outcomes(back))
                .filteredOn(outcome -> outcome.outcome().equals("diverged"))
                .extracting(Outcome::key, Outcome::reason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Library.oldId(1).toString(), "changed_since"));
        assertThat(stack.value("SELECT title FROM library.documents WHERE id = '" + changed + "'"))
                .isEqualTo("Changed since");
        assertThat(stack.value("SELECT d::text || xmin FROM library.documents AS d WHERE id = '" + fresh + "'"))
                .isEqualTo(freshBefore);
        assertThat(stack.query("SELECT document_id FROM library.shares WHERE reader = 77"))
                .as("a child that the application made follows its parent back")
                .containsExactly(Library.oldId(2).toString());
        assertThat(Library.dangling(stack)).isZero();
    }

    private Set<Fate> fates(Run run) {
        return stack.outcomes(run).stream()
                .filter(outcome -> outcome.table().equals("library.documents"))
                .map(Fate::of)
                .collect(Collectors.toSet());
    }

    private void everyIdMustBeRight() throws SQLException {
        List<String> documents =
                stack.query("SELECT id || ' ' || owner || ' ' || sha FROM library.documents WHERE owner IS NOT NULL");
        assertThat(documents).hasSize(DOCUMENTS - WITHOUT_OWNER).allSatisfy(text -> {
            String[] document = text.split(" ");
            assertThat(document[0])
                    .isEqualTo(Library.newId(Integer.parseInt(document[1]), document[2])
                            .toString());
        });
        assertThat(Library.dangling(stack)).isZero();
    }
}
