package dev.godwit.migration.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A semicolon taken wrongly for an end makes a statement out of what was a text: each way in which PostgreSQL hides one is tried. */
class SqlScriptTest {

    private static List<String> split(String script) {
        return SqlScript.split(script).stream().map(SqlStatement::text).toList();
    }

    /** Each is one statement, whatever semicolons it holds. */
    static Stream<String> oneStatement() {
        return Stream.of(
                "SELECT 'a;b'",
                "SELECT 'it''s; fine'",
                "SELECT 'back\\'",
                "SELECT E'quote \\'; DROP TABLE t; --'",
                "SELECT e'\\\\'",
                "SELECT E'\\\\\\';'",
                "SELECT E'first'\n  'second \\'; DROP TABLE t; '",
                "SELECT E'first' -- and on;\n  'second \\'; DROP TABLE t; '",
                "SELECT E'first'\r'second \\'; x'",
                "SELECT U&'\\0441;\\' , 1",
                "SELECT U&\"d\\0061t;\" FROM t",
                "SELECT N'a;', B'1', X'1F;'",
                "SELECT \"a;b\"\"c;\" FROM t",
                "SELECT $$a;b$$",
                "SELECT $tag$ a; $$ ; $other$ ; $tag$",
                "SELECT $a$ $b$a$",
                "SELECT $Ωmega$;$Ωmega$",
                "SELECT a$b$c FROM t",
                "SELECT 1$$;$$",
                "SELECT 1e5$$;$$",
                "SELECT 0x1F$$;$$",
                "SELECT 1_000.5e-3$$;$$",
                "SELECT /* ; /* ; */ ; */ 1",
                "SELECT 1 -- ; '\n + 2",
                "SELECT 1 -- ; \r + 2",
                "SELECT 5--3;\n",
                "SELECT 2 */* ; */ 3",
                "SELECT a @-- ;\n b FROM t",
                "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v)",
                "CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN NULL; RETURN 1; END $$",
                "CREATE FUNCTION f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
                "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END",
                "create function f(a integer) returns text begin atomic select case a when 1 then 'x' else 'y' end; select 'end'; end",
                "CREATE FUNCTION f() RETURNS integer BEGIN ATOMIC SELECT t.end AS end, t.case AS case FROM t; SELECT 1; END",
                "CREATE FUNCTION f() RETURNS integer BEGIN ATOMIC SELECT (CASE WHEN true THEN 1 END); SELECT 2; END",
                "DO $$ BEGIN EXECUTE 'DROP TABLE x;'; END $$");
    }

    @ParameterizedTest
    @MethodSource("oneStatement")
    void shouldNotEndAStatementWithin(String statement) {
        String stripped = SqlScript.split(statement).get(0).text();

        assertThat(split(statement)).hasSize(1);
        assertThat(split("SELECT 0;" + statement + "\n;SELECT 9;")).containsExactly("SELECT 0", stripped, "SELECT 9");
    }

    @Test
    void shouldEndStatementsAtSemicolons() {
        assertThat(split("SELECT 1; SELECT 2;\n-- done\n")).containsExactly("SELECT 1", "SELECT 2");
        assertThat(split(";;SELECT 'a\\';SELECT 'b'")).containsExactly("SELECT 'a\\'", "SELECT 'b'");
        assertThat(split("SELECT foo_e'a\\';SELECT 'b'")).containsExactly("SELECT foo_e'a\\'", "SELECT 'b'");
        assertThat(split("SELECT E'a' 'b\\';SELECT 'c'"))
                .as("on the same line it is another text")
                .hasSize(2);
        assertThat(split("SELECT E'a' /* \n */ 'b\\';SELECT 'c'"))
                .as("a block comment does not join texts")
                .hasSize(2);
        assertThat(split("SELECT a AS begin FROM t; SELECT b AS atomic FROM t")).hasSize(2);
        assertThat(split("CREATE TABLE function (atomic integer); SELECT 1")).hasSize(2);
        assertThat(split("CREATE FUNCTION f() RETURNS integer BEGIN ATOMIC SELECT 1; END; SELECT 2"))
                .hasSize(2);
        assertThat(split("CREATE FUNCTION f() RETURNS integer RETURN CASE WHEN true THEN 1 END; SELECT 2"))
                .hasSize(2);
    }

    @Test
    void shouldKeepTheTextAsItIs() {
        String script = "\uFEFF-- first\n  CREATE TABLE \"T;\" ( a text DEFAULT 'ä;' ) /* why */ ;\n\nSELECT 1";

        List<SqlStatement> statements = SqlScript.split(script);

        assertThat(statements.get(0).text()).isEqualTo("CREATE TABLE \"T;\" ( a text DEFAULT 'ä;' )");
        assertThat(statements).extracting(SqlStatement::line).containsExactly(2, 4);
        assertThat(statements.get(0).label()).isEqualTo("CREATE TABLE \"T;\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'a; DROP TABLE t",
                "SELECT E'a\\'",
                "SELECT \"a; SELECT 1",
                "SELECT $$ a; $b$",
                "SELECT $a$ ; $A$",
                "SELECT /* /* */ ; SELECT 1",
                "CREATE TABLE t (a integer; SELECT 1",
                "SELECT 1); SELECT 2",
                "CREATE FUNCTION f() RETURNS integer BEGIN ATOMIC SELECT 1; SELECT 2",
                "\\i other.sql",
                "SELECT 1 \\g",
                "SELECT 1abc",
                "SELECT $1abc",
                "SELECT $ 1",
                "-- nothing",
                " ; ;",
                "SELECT 'a' \\\\; SELECT 2"
            })
    void shouldRefuseWhatItCannotReadForCertain(String script) {
        assertThatThrownBy(() -> SqlScript.split(script))
                .isInstanceOf(ScriptException.class)
                .hasMessageStartingWith("line 1: ");
    }

    @Test
    void shouldSplitAnySequenceOfPiecesAsItWasPutTogether() {
        List<String> pieces = List.of(
                "'a;''b'",
                "E'\\';'",
                "$$;$$",
                "$x$;$$;$x$",
                "\";\"\"\"",
                "/*;/*'*/;*/",
                "--;'\n",
                "1",
                "a$b",
                "(;)",
                " ",
                "\n",
                "+",
                "e",
                "U&'\\;'",
                "$q$'$q$",
                "1.5e3",
                "[",
                "::",
                "é",
                "@",
                "N';'",
                "x",
                "x'\\'");
        Random random = new Random(20);
        for (int round = 0; round < 5_000; round++) {
            List<String> statements = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                statements.add("SELECT "
                        + random.ints(random.nextInt(8), 0, pieces.size())
                                .mapToObj(pieces::get)
                                .collect(Collectors.joining(" ")));
            }

            List<SqlStatement> found = SqlScript.split(String.join(";", statements));

            assertThat(found).as(statements.toString()).hasSize(4);
            for (int n = 0; n < 4; n++) {
                String text = found.get(n).text();
                assertThat(statements.get(n)).startsWith(text);
                assertThat(SqlScript.split(statements.get(n))).hasSize(1);
            }
        }
    }

    @Test
    void shouldNeverHangOrFailOtherwiseOnAnyText() {
        String alphabet = "'\"$;-/*\\eEuU&()[]a1_. \n\rb@:xXABEGINTOMC";
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            String script = random.ints(random.nextInt(40), 0, alphabet.length())
                    .mapToObj(i -> String.valueOf(alphabet.charAt(i)))
                    .collect(Collectors.joining());
            try {
                List<SqlStatement> found = SqlScript.split(script);
                int from = 0;
                for (SqlStatement statement : found) {
                    int at = script.indexOf(statement.text(), from);
                    assertThat(at).isNotNegative();
                    from = at + statement.text().length();
                }
            } catch (ScriptException refused) {
                assertThat(refused).hasMessageStartingWith("line ");
            }
        }
    }
}
