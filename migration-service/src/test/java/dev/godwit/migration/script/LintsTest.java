package dev.godwit.migration.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LintsTest {

    private static List<Lint> lints(String script) {
        return Lints.of(ScriptStatement.of(script));
    }

    private static List<String> codes(String script) {
        return lints(script).stream().map(Lint::code).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ALTER TABLE t ALTER COLUMN a TYPE bigint|rewrites_table",
                "ALTER TABLE ONLY s.t ALTER a SET DATA TYPE text USING a::text|rewrites_table",
                "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()|rewrites_table",
                "ALTER TABLE t ADD a timestamptz NOT NULL DEFAULT clock_timestamp()|rewrites_table",
                "ALTER TABLE t ADD COLUMN a integer DEFAULT app.next_number(1)|rewrites_table",
                "ALTER TABLE t ADD COLUMN a bigserial|rewrites_table",
                "ALTER TABLE t ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY|rewrites_table",
                "ALTER TABLE t ADD COLUMN a integer GENERATED ALWAYS AS (b + 1) STORED|rewrites_table",
                "ALTER TABLE t SET LOGGED|rewrites_table",
                "CLUSTER t USING i|rewrites_table",
                "ALTER TABLE t ALTER COLUMN a SET NOT NULL|blocks_table",
                "CREATE INDEX i ON t (a)|blocks_table",
                "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)|blocks_table",
                "DROP INDEX i|blocks_table",
                "REINDEX TABLE t|blocks_table",
                "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u|blocks_table",
                "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE|blocks_table",
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)|blocks_table",
                "ALTER TABLE t ADD PRIMARY KEY (a)|blocks_table",
                "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)|blocks_table",
                "ALTER TABLE t ADD COLUMN a integer UNIQUE|blocks_table",
                "ALTER TABLE t ADD COLUMN a integer CHECK (a > 0)|blocks_table",
                "ALTER TABLE t ADD COLUMN a integer NOT NULL|fails_on_rows",
                "ALTER TABLE t DROP COLUMN a|loses_data",
                "DROP TABLE t, u|loses_data",
                "TRUNCATE t|loses_data",
                "UPDATE t SET a = 1|changes_rows",
                "DELETE FROM t WHERE a = 1|changes_rows",
                "ALTER TABLE t RENAME COLUMN a TO b|renames",
                "REFRESH MATERIALIZED VIEW v|blocks_table",
                "LOCK TABLE t|blocks_table"
            })
    void shouldWarn(String sql, String code) {
        assertThat(codes(sql)).containsExactly(code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ADD COLUMN a integer",
                "ALTER TABLE t ADD COLUMN a integer NOT NULL DEFAULT 7",
                "ALTER TABLE t ADD COLUMN a timestamptz DEFAULT now()",
                "ALTER TABLE t ADD COLUMN a numeric(10, 2) DEFAULT 0",
                "ALTER TABLE t ADD COLUMN a text DEFAULT 'clock_timestamp()'",
                "ALTER TABLE t ADD COLUMN type text",
                "ALTER TABLE t ADD COLUMN a integer GENERATED ALWAYS AS (b + 1) VIRTUAL",
                "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u NOT VALID",
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
                "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i",
                "ALTER TABLE t VALIDATE CONSTRAINT c",
                "ALTER TABLE t DROP CONSTRAINT c",
                "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
                "ALTER TABLE t ALTER COLUMN a SET DEFAULT random()",
                "CREATE TABLE t (a integer NOT NULL CHECK (a > 0) REFERENCES u)",
                "CREATE TABLE t (a integer); CREATE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY (a)",
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                "CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ UPDATE t SET a = 1; SELECT 1 $$",
                "COMMENT ON TABLE t IS 'DROP TABLE t'",
                "SELECT 1"
            })
    void shouldBeSilentAboutWhatHarmsNobody(String sql) {
        assertThat(codes(sql)).isEmpty();
    }

    @Test
    void shouldLookAtEveryActionOfAStatement() {
        assertThat(
                        codes(
                                "ALTER TABLE IF EXISTS t ADD COLUMN a integer DEFAULT nextval('s'), ADD CONSTRAINT c CHECK (a > 0), DROP COLUMN b"))
                .containsExactly("rewrites_table", "blocks_table", "loses_data");
    }

    @Test
    void shouldWarnOfValidationBehindLocksOfTheSameTransaction() {
        String add = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;";

        assertThat(codes(add + "ALTER TABLE t VALIDATE CONSTRAINT c")).containsExactly("blocks_table");
        assertThat(codes(add + "ALTER TABLE u VALIDATE CONSTRAINT c")).isEmpty();
        assertThat(codes(add + "CREATE INDEX CONCURRENTLY i ON t (a); ALTER TABLE t VALIDATE CONSTRAINT c"))
                .as("another transaction")
                .isEmpty();
    }

    @Test
    void shouldNameTheColumnThatTheCatalogMayClear() {
        assertThat(lints("ALTER TABLE app.T ALTER COLUMN \"A b\" SET NOT NULL")
                        .get(0)
                        .notNull())
                .contains(new Lint.Column(new ObjectName(Optional.of("app"), "t"), "A b"));
    }

    @Test
    void shouldNameTheTablesOfAStatement() {
        assertThat(tables("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES app.u (id)"))
                .containsExactly("t", "app.u");
        assertThat(tables("CREATE INDEX CONCURRENTLY i ON ONLY app.t (a)")).containsExactly("app.t");
        assertThat(tables("DROP TABLE IF EXISTS t, app.u CASCADE")).containsExactly("t", "app.u");
        assertThat(tables("WITH x AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM x"))
                .containsExactly("t", "u");
        assertThat(tables("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"))
                .containsExactly("t");
        assertThat(tables("CREATE TABLE p PARTITION OF t FOR VALUES IN (1)")).containsExactly("p", "t");
        assertThat(tables("SELECT 'INSERT INTO t'")).isEmpty();
    }

    private static List<String> tables(String sql) {
        return Effects.tables(SqlScript.split(sql).get(0)).stream()
                .map(ObjectName::toString)
                .toList();
    }
}
