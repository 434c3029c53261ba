package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.LiveService;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** Tables that somebody changes under a run at work; on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class DriftIT extends LiveRuns {

    @Test
    void shouldPauseBeforeItWritesToAChangedTable() {
        String first = following("first");
        execute("ALTER TABLE first ADD extra int");

        insert("first", 21, 24);

        must(first, RunState.PAUSED);
        assertThat(reason(first))
                .isEqualTo(
                        "schema_drift: column extra of public.first is new (integer); look whether the definition still fits, then: godwit resume "
                                + first);
        assertThat(pending("first")).isEqualTo(4);
        command(RunCommand.RESUME, first);
        complete(first);
        assertThat(pending("first")).isZero();
    }

    @Test
    void shouldNoticeAChangedTableThoughNobodyWrites() {
        String first = following("first");

        execute("ALTER TABLE first ADD extra int");

        must(first, RunState.PAUSED);
        assertThat(reason(first)).startsWith("schema_drift: column extra of public.first is new (integer);");
    }

    @Test
    void shouldEndARunThatCanDoNothingThoughNobodyWrites() {
        String first = following("first");

        execute("""
                DO $$
                BEGIN
                    EXECUTE format('ALTER SEQUENCE godwit.batch_number MAXVALUE %s', (SELECT last_value FROM godwit.batch_number));
                END
                $$
                """);

        try {
            must(first, RunState.FAILED);
            assertThat(reason(first)).contains("batch_number", "2200H");
        } finally {
            execute("ALTER SEQUENCE godwit.batch_number NO MAXVALUE");
        }
    }

    @Test
    void shouldFailInsteadOfBlamingRowsWhenAFunctionIsGoneAndGoOnOnceItIsBack() {
        String function = "CREATE FUNCTION spelled(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN upper($1)";
        execute("DROP TABLE IF EXISTS called; DROP FUNCTION IF EXISTS spelled(text)");
        execute(function + "; CREATE TABLE called (id text PRIMARY KEY, wanted text NOT NULL)");
        String called = following("called");
        execute("DROP FUNCTION spelled(text)");

        insert("called", 1, 20);

        must(called, RunState.FAILED);
        assertThat(reason(called)).contains("function spelled(text) does not exist", "42883");
        insert("called", 21, 24);
        execute(function);
        command(RunCommand.RESUME, called);
        complete(called);
        assertThat(value("SELECT count(*) FROM godwit.quarantine WHERE run_id = $1", called))
                .isEqualTo("0");
        assertThat(value("SELECT count(*) FROM called WHERE id <> spelled(wanted)"))
                .isEqualTo("0");
    }

    @Test
    void shouldWaitForATableThatWasRenamedToComeBack() {
        String first = following("first");
        execute("ALTER TABLE first RENAME TO papers");

        insert("papers", 21, 24);

        must(first, RunState.PAUSED);
        assertThat(reason(first)).startsWith("schema_drift: table public.first is called public.papers now;");
        execute("ALTER TABLE papers RENAME TO first");
        command(RunCommand.RESUME, first);
        complete(first);
        assertThat(pending("first")).isZero();
    }

    @Test
    void shouldSayThatAColumnIsGoneInsteadOfBlamingTheRows() {
        String first = following("first");
        execute("ALTER TABLE first RENAME wanted TO hoped");

        execute("INSERT INTO first VALUES ('old 21', 'new 21')");

        must(first, RunState.PAUSED);
        assertThat(reason(first)).startsWith("schema_drift: column wanted of public.first is called hoped now;");
        assertThat(value("SELECT count(*) FROM godwit.quarantine WHERE run_id = $1", first))
                .isEqualTo("0");
        execute("ALTER TABLE first RENAME hoped TO wanted");
        command(RunCommand.RESUME, first);
        complete(first);
        assertThat(pending("first")).isZero();
    }

    @Test
    void shouldRollBackWithTheTablesAsTheyAre() {
        String first = following("first");
        complete(first);
        execute("ALTER TABLE first ADD extra int DEFAULT 1");

        command(RunCommand.ROLLBACK, first);

        must(first, RunState.ROLLED_BACK);
        assertThat(value("SELECT count(*) FROM first WHERE id LIKE 'old%' AND extra = 1"))
                .isEqualTo("20");
    }

    @Test
    void shouldEndRightWhenItsTableIsEmptied() {
        String first = following("first");
        execute("TRUNCATE first");

        insert("first", 21, 24);

        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        complete(first);
        assertThat(value("SELECT count(*) FROM first")).isEqualTo("4");
    }
}
