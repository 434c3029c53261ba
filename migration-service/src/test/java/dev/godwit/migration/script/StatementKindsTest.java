package dev.godwit.migration.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementKindsTest {

    private static Optional<Concurrent> concurrent(String sql) {
        return StatementKinds.concurrent(SqlScript.split(sql).get(0));
    }

    private static ObjectName name(String name) {
        return new ObjectName(Optional.empty(), name);
    }

    private static ObjectName name(String schema, String name) {
        return new ObjectName(Optional.of(schema), name);
    }

    @Test
    void shouldKnowIndexesMadeConcurrently() {
        assertThat(concurrent("CREATE INDEX CONCURRENTLY Note_By_Day ON App.Note USING btree (day)"))
                .contains(new Concurrent.CreateIndex(name("app", "note_by_day"), name("app", "note"), false));
        assertThat(concurrent("create unique index /* slow */ concurrently if not exists \"A\"\"b\" on only \"T\"(x)"))
                .contains(new Concurrent.CreateIndex(name("A\"b"), name("T"), true));
        assertThat(concurrent("CREATE INDEX note_by_day ON note (day)")).isEmpty();
        assertThat(concurrent("CREATE INDEX \"concurrently\" ON note (day)")).isEmpty();
        assertThat(concurrent("CREATE TABLE t (concurrently text)")).isEmpty();
    }

    @Test
    void shouldKnowIndexesDroppedAndMadeAnewConcurrently() {
        assertThat(concurrent("DROP INDEX CONCURRENTLY IF EXISTS app.i RESTRICT"))
                .contains(new Concurrent.DropIndex(name("app", "i"), true));
        assertThat(concurrent("DROP INDEX i")).isEmpty();
        assertThat(concurrent("REINDEX (VERBOSE, TABLESPACE x) INDEX CONCURRENTLY i"))
                .contains(new Concurrent.Reindex(name("i"), false));
        assertThat(concurrent("REINDEX TABLE CONCURRENTLY app.t"))
                .contains(new Concurrent.Reindex(name("app", "t"), true));
        assertThat(concurrent("REINDEX TABLE t")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "begin isolation level serializable",
                "START TRANSACTION",
                "COMMIT",
                "END",
                "ROLLBACK TO x",
                "ABORT",
                "SAVEPOINT x",
                "RELEASE x",
                "PREPARE TRANSACTION 'x'",
                "SET search_path = app",
                "SET LOCAL lock_timeout = 0",
                "RESET ALL",
                "DISCARD ALL",
                "VACUUM t",
                "CREATE DATABASE x",
                "ALTER SYSTEM SET work_mem = '1GB'",
                "COPY t FROM STDIN",
                "REINDEX DATABASE CONCURRENTLY app",
                "REINDEX SCHEMA app",
                "REINDEX (CONCURRENTLY) TABLE t",
                "CREATE INDEX CONCURRENTLY ON t (a)",
                "CREATE INDEX CONCURRENTLY U&\"x\" ON t (a)",
                "CREATE INDEX CONCURRENTLY i ON a.b.c (a)",
                "ALTER TABLE t DETACH PARTITION p CONCURRENTLY"
            })
    void shouldRefuseWhatHasNoPlaceInAScript(String sql) {
        assertThatThrownBy(() -> concurrent("\n" + sql))
                .isInstanceOf(ScriptException.class)
                .hasMessageStartingWith("line 2: '");
    }

    @Test
    void shouldAllowWhatRunsInATransaction() {
        assertThat(concurrent("SET CONSTRAINTS ALL DEFERRED")).isEmpty();
        assertThat(concurrent("PREPARE x AS SELECT 1")).isEmpty();
        assertThat(concurrent("ALTER TABLE t DETACH PARTITION p")).isEmpty();
        assertThat(concurrent("DO $$ BEGIN COMMIT; END $$")).isEmpty();
        assertThat(concurrent("\"begin\"")).isEmpty();
    }

    @Test
    void shouldPutTogetherWhatOneTransactionCanDo() {
        List<ScriptStatement> all = ScriptStatement.of(
                "SELECT 1; SELECT 2; CREATE INDEX CONCURRENTLY i ON t (a); DROP INDEX CONCURRENTLY j; SELECT 5");

        assertThat(numbers(ScriptStatement.together(all, 1))).containsExactly(1, 2);
        assertThat(numbers(ScriptStatement.together(all, 2))).containsExactly(2);
        assertThat(numbers(ScriptStatement.together(all, 3))).containsExactly(3);
        assertThat(numbers(ScriptStatement.together(all, 4))).containsExactly(4);
        assertThat(numbers(ScriptStatement.together(all, 5))).containsExactly(5);
    }

    private static List<Integer> numbers(List<ScriptStatement> statements) {
        return statements.stream().map(ScriptStatement::number).toList();
    }
}
