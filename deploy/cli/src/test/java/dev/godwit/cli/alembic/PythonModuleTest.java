package dev.godwit.cli.alembic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.alembic.PythonValue.Items;
import dev.godwit.cli.alembic.PythonValue.None;
import dev.godwit.cli.alembic.PythonValue.Text;
import dev.godwit.cli.alembic.PythonValue.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonModuleTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "x = 'a'                                   | a",
                "x = \"a\"                                 | a",
                "x: str = 'a'                              | a",
                "x: 'Union[str, None]' = 'a'               | a",
                "x: Union[str, Sequence[str], None] = None | None",
                "x = None                                  | None",
                "x = 'a' 'b' \"c\"                         | abc",
                "x = 'a' + 'b'                             | ab",
                "x = ('a')                                 | a",
                "x = ('a',)                                | [a]",
                "x = 'a', 'b'                              | [a, b]",
                "x = ('a', 'b',)                           | [a, b]",
                "x = ['a', 'b']                            | [a, b]",
                "x = ['a']                                 | [a]",
                "x = [('a', 'b')]                          | [[a, b]]",
                "x = {'a'}                                 | [a]",
                "x = ()                                    | []",
                "x = []                                    | []",
                "x = tuple(['a', 'b'])                     | [a, b]",
                "x = frozenset({'a'})                      | [a]",
                "x = ('a',) + ('b',)                       | [a, b]",
                "x = y = 'a'                               | a",
                "x, y = 'a', 'b'                           | a",
                "(y, x) = ('b', 'a')                       | a",
                "y = 'b'; x = 'a'                          | a",
                "x = 'b'; x = 'a'                          | a",
                "y = 'a'; x = y                            | a",
                "y = 'a'; x = (y, 'b')                     | [a, b]",
                "y = ('a', 'b'); x = (*y, 'c')             | [a, b, c]",
                "x = ('a',); x += ('b',)                   | [a, b]",
                "x = r'a\\d'                               | a\\d",
                "x = u'a'                                  | a",
                "x = 'a\\x62\\u0063\\144'                  | abcd",
                "x = 'it\\'s'                              | it's",
                "x = '''a'''                               | a",
                "x = \"\"\"a\"b\"\"\"                      | a\"b",
                "x = f'plain'                              | plain",
                "x = f'{{a}}'                              | {a}",
                "x = 'a'  # x = 'b'                        | a",
                "x = 'a#b'                                 | a#b",
                "x == 'b'; x = 'a'                         | a",
                "x = dict(x='b'); x = 'a'                  | a",
                "object.x = 'b'; x = 'a'                   | a",
            })
    void shouldReadConstants(String source, String expected) {
        assertThat(read(source)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x = (\n    'a',  # first\n\n    'b'\n)\n",
                "x = 'a', \\\n    'b'",
                "x = (  # a comment (with brackets]\n 'a' , 'b' )",
                "'''\nx = 'wrong'\n'''\nx = ['a',\n'b']",
                "x = 'a', 'b'\ndef f():\n    x = 'wrong'\n",
                "x = 'a', 'b'\ndef f(x='wrong'): x = 'wrong'\n",
                "x = 'a', 'b'\nclass C:\n\tx = 'wrong'\n\n\tdef f(self):\n\t\tx = 'wrong'\n",
                "async def f():\n    pass\n# back\nx = 'a', 'b'",
                "s = f\"{d[\"k\"]}\"\nx = 'a', 'b'",
                "s = f'{a!r:>{width}} {b(\"}\")}'\nx = 'a', 'b'",
                "s = f'''{ broken '''\nx = 'a', 'b'",
                "\f\nx = 'a', 'b'",
                "@decorated\ndef f(): return '(['\nx = 'a', 'b'",
                "größe = 1\nx = 'a', 'b'",
            })
    void shouldFindTheAssignmentAmongOtherCode(String source) {
        assertThat(read(source)).isEqualTo("[a, b]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x = 1234",
                "x = f'{a}'",
                "x = b'a'",
                "x = g()",
                "x = undefined",
                "x = 'a' if y else 'b'",
                "x = y['a']",
                "x = 'a'.strip()",
                "x = '%s' % 'a'",
                "x = {'a': 1}",
                "x = ['a' for _ in y]",
                "x = ('a', g())",
                "x = '\\N{BULLET}'",
                "if y:\n    x = 'a'",
                "x = 'b'\ntry:\n    x = 'a'\nexcept E: pass",
                "x = 'b'\nif y: x = 'a'",
                "x = 'a' if",
                "x = ('a',",
            })
    void shouldNotGuessWhatOnlyRunningWouldTell(String source) {
        assertThat(read(source)).contains("?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "y = 'open\\n             | a string is not closed on its line | 1",
                "\\n\\ny = '''open\\nx    | a string is never closed           | 3",
                "y = (1,\\n\\n            | a bracket '(' is never closed      | 3",
                "y = 1\\nz = (]           | a bracket ']' closes nothing       | 2",
            })
    void shouldSayWhereAFileStopsToBePython(String source, String message, int line) {
        PythonModule module = PythonModule.of(source.replace("\\n", "\n"));

        assertThat(module.trouble()).hasValueSatisfying(trouble -> {
            assertThat(trouble.message()).isEqualTo(message);
            assertThat(trouble.line()).isEqualTo(line);
        });
    }

    @Test
    void shouldKeepWhatStandsBeforeTheTrouble() {
        PythonModule module = PythonModule.of("x = 'a'\ny = 'open\n");

        assertThat(module.trouble()).isPresent();
        assertThat(module.assigned("x"))
                .map(assignment -> show(assignment.value()))
                .hasValue("a");
    }

    @Test
    void shouldTellTheLine() {
        PythonModule module = PythonModule.of("'''doc\n\nRevises: b'''\n\ny = (1,\n 2)\nx = 'a'\n");

        assertThat(module.assigned("x")).map(PythonModule.Assignment::line).hasValue(7);
        assertThat(module.docstring()).isEqualTo("doc\n\nRevises: b");
    }

    @Test
    @Timeout(20)
    void shouldNeitherOverflowNorTakeLongForHostileText() {
        assertThat(Duration.ofNanos(nanosFor("x = " + "(".repeat(1_000_000)))).isLessThan(Duration.ofSeconds(5));
        assertThat(Duration.ofNanos(nanosFor("f'''{ '''\n".repeat(50_000)))).isLessThan(Duration.ofSeconds(5));
        assertThat(Duration.ofNanos(nanosFor("f\"{'".repeat(200_000)))).isLessThan(Duration.ofSeconds(5));
        assertThat(Duration.ofNanos(nanosFor("x = 'a'\n" + "x = x + x\n".repeat(100_000))))
                .isLessThan(Duration.ofSeconds(5));
        assertThat(Duration.ofNanos(nanosFor("x = (" + "'a',".repeat(250_000) + ")")))
                .isLessThan(Duration.ofSeconds(5));
    }

    private static long nanosFor(String source) {
        long begin = System.nanoTime();
        assertThat(PythonModule.of(source)).isNotNull();
        return System.nanoTime() - begin;
    }

    private static String read(String source) {
        return PythonModule.of(source)
                .assigned("x")
                .map(found -> show(found.value()))
                .orElse("not assigned");
    }

    /** Question marks for what is unknown. */
    private static String show(PythonValue value) {
        if (value instanceof None) {
            return "None";
        }
        if (value instanceof Text text) {
            return text.value();
        }
        if (value instanceof Items items) {
            List<PythonValue> values = items.values();
            return values.stream().map(PythonModuleTest::show).collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof Unknown unknown ? "? " + unknown.reason() : "";
    }
}
