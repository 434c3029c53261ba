package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.godwit.migration.testing.Rubbish;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that want to hang, break or flood the service. They get an error, and the file beside them is read as ever. */
class HostileDefinitionTest {

    private static final int LONG = 49_000;

    @TempDir
    private Path directory;

    static Stream<Arguments> filesWithErrors() {
        String x = "x".repeat(LONG);
        return Stream.of(
                Arguments.of(rekey("t", "id", x + x), 2, "", "a text of 98000 characters", "keep those elsewhere"),
                Arguments.of("? " + x + x + "\n: 1\n", 1, "", "a text of 98000 characters", "keep those elsewhere"),
                Arguments.of(
                        named("a-".repeat(LONG / 2) + "a"), 1, "migration", "no name of a migration", "lower-case"),
                Arguments.of(named(x), 1, "migration", "no name of a migration", "at most 63"),
                Arguments.of(rekey(x, "id", "id"), 2, "rekey.table", "a name of 49000 bytes", "schema.table"),
                Arguments.of(rekey("t", x, "id"), 2, "rekey.key", "a name of 49000 bytes", "as the catalog spells it"),
                Arguments.of(rekey("t", "'\"\"'", "id"), 2, "rekey.key", "must not be empty", "as the catalog"),
                Arguments.of(rekey("t", "ä".repeat(32), "id"), 2, "rekey.key", "a name of 64 bytes", "as the catalog"),
                Arguments.of(
                        reference("path: '$.\"" + x + "\"'"), 2, "rekey.references[0].path", "at most 1000", "$ and"),
                Arguments.of(
                        reference("path: '$" + ".a".repeat(LONG / 2) + "'"),
                        2,
                        "rekey.references[0].path",
                        "at most 1000",
                        "$"),
                Arguments.of(
                        rekey("t", "id", "\"'\\uD800'\""), 2, "rekey.to", "half a character", "the character itself"),
                Arguments.of("# ä\n# 🔑\nx: \u0007\n", 3, "", "U+0007 is not allowed", "remove it"),
                Arguments.of("%YAML 9.9\n---\nmigration: a\n", 0, "", "%YAML", "remove that line"),
                Arguments.of("a: \"\\xZZ\"\n", 1, "", "malformed YAML", "quote"));
    }

    @Test
    void shouldSayOfAnyFileWhatIsWrongWithIt() throws IOException {
        Rubbish rubbish = Rubbish.make("definitions");
        String good = Files.readString(Path.of("src/test/resources/api-migrations/documents.yaml"));
        for (int i = 0; i < 300; i++) {
            Files.write(directory.resolve("f" + i + ".yaml"), rubbish.of(good));
        }

        LoadResult result = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> new DefinitionDirectory(directory).load(), rubbish.toString());

        assertThat(result.errors()).as(rubbish.toString()).isNotEmpty().allSatisfy(error -> assertThat(
                        error.message() + error.remedy())
                .isNotBlank()
                .doesNotContain("Exception")
                .doesNotContain("Error)")
                .hasSizeLessThan(2_000));
    }

    @ParameterizedTest
    @MethodSource("filesWithErrors")
    void shouldSayWhereAndWhatAndTheWayOut(String text, int line, String key, String message, String remedy)
            throws IOException {
        write("a.yaml", text);

        assertThat(loadInTime().errors()).anySatisfy(error -> {
            assertThat(error.line()).isEqualTo(line);
            assertThat(error.key()).isEqualTo(key);
            assertThat(error.message()).contains(message);
            assertThat(error.remedy()).contains(remedy);
            assertThat(error.toString()).hasSizeLessThan(1000);
        });
    }

    static Stream<String> soundThoughStrange() {
        return Stream.of(
                rekey("t", "id", "\"a" + " ".repeat(LONG) + "b\""),
                rekey("t", "id", "\"a" + " ::".repeat(LONG / 3) + "b\""),
                rekey("t", "id", "\"uuid5(namespace('" + "x".repeat(LONG) + "'), id)\""),
                rekey("t", "id", "\"uuid5(namespace('" + "''".repeat(LONG / 2) + "'), id)\""),
                rekey("t", "id", "\"" + "(".repeat(LONG / 2) + "1" + ")".repeat(LONG / 2) + "\""),
                rekey("t", "id", "\"" + "$a".repeat(LONG / 2) + "\""));
    }

    @ParameterizedTest
    @MethodSource("soundThoughStrange")
    void shouldReadLongExpressionsInTime(String text) throws IOException {
        write("a.yaml", text);

        assertThat(loadInTime().errors()).isEmpty();
    }

    @Test
    void shouldLookOnceAtEveryRunOfBlanks() throws IOException {
        String child = "    - {table: c%d, key: id, to: \"a" + " ".repeat(LONG) + "b\"}\n";
        write("a.yaml", "migration: a\nrekey:\n  table: t\n  key: id\n  to: id\n  children:\n" + lines(20, child));

        assertThat(loadInTime().errors()).isEmpty();
    }

    @Test
    void shouldReadWhateverOneCharacterRepeatedMeansToYaml() throws IOException {
        for (char c = '!'; c <= '~'; c++) {
            for (String unit : List.of(c + "", c + " ", c + "\n", "a" + c + " ")) {
                write("a.yaml", unit.repeat(20_000));

                assertThat(loadInTime().errors())
                        .isNotEmpty()
                        .hasSizeLessThan(60)
                        .allMatch(error -> error.toString().length() < 1000);
            }
        }
    }

    @Test
    void shouldTellTheFirstOfVeryManyMistakes() throws IOException {
        write("a.yaml", lines(40_000, "k%d: 1\n"));

        List<DefinitionError> errors = loadInTime().errors();

        assertThat(errors).hasSize(51);
        assertThat(errors).last().satisfies(error -> assertThat(error.message()).contains("more mistakes than 50"));
    }

    @Test
    void shouldNotBeHeldUpByVeryManyUnknownParents() throws IOException {
        write(
                "a.yaml",
                "migration: a\ndepends-on:\n" + lines(100_000, "- d%d\n") + "rekey: {table: t, key: id, to: x}\n");

        assertThat(loadInTime().errors()).hasSize(51).first().satisfies(error -> assertThat(error.line())
                .isEqualTo(3));
    }

    @Test
    void shouldNotBeHeldUpByMigrationsThatAllDependOnEachOther() throws IOException {
        for (int i = 0; i < 150; i++) {
            write(
                    "m" + i + ".yaml",
                    "migration: m" + i + "\ndepends-on:\n" + lines(150, "- m%d\n")
                            + "rekey: {table: t, key: id, to: x}\n");
        }

        assertThat(loadInTime().errors()).isNotEmpty().hasSizeLessThan(150 * 51);
    }

    @Test
    void shouldNameAFewOfManyFilesWithTheSameMigration() throws IOException {
        for (int i = 0; i < 9; i++) {
            write("m" + i + ".yaml", named("same"));
        }

        assertThat(loadInTime().errors()).hasSize(9).first().satisfies(error -> assertThat(error.message())
                .contains("m1.yaml, m2.yaml, m3.yaml")
                .doesNotContain("m4"));
    }

    @Test
    void shouldSayInWhichLineTheFileIsNotUtf8() throws IOException {
        Files.write(directory.resolve("a.yaml"), "migration: a\n# größe\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(directory.resolve("b.yaml"), "migration: b\n".getBytes(StandardCharsets.UTF_16LE));
        Files.write(directory.resolve("c.yaml"), new byte[] {'#', '\n', '#', (byte) 0xc3});

        assertThat(loadInTime().errors())
                .extracting(DefinitionError::file, DefinitionError::line, DefinitionError::column)
                .contains(tuple("a.yaml", 2, 5), tuple("c.yaml", 2, 2));
        assertThat(loadInTime().errors()).extracting(DefinitionError::file).contains("b.yaml");
    }

    @Test
    void shouldFollowLinksToFilesButNotIntoDevicesLoopsAndNowhere() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("..data")).resolve("good");
        Files.writeString(elsewhere, named("linked"));
        Files.createSymbolicLink(directory.resolve("good.yaml"), elsewhere);
        Files.createSymbolicLink(directory.resolve("zero.yaml"), Path.of("/dev/zero"));
        Files.createSymbolicLink(directory.resolve("nowhere.yaml"), directory.resolve("missing"));
        Files.createSymbolicLink(directory.resolve("loop.yaml"), directory.resolve("loop.yaml"));

        LoadResult result = loadInTime();

        assertThat(result.definitions()).extracting(Definition::migration).contains("linked");
        assertThat(result.errors())
                .extracting(DefinitionError::file, DefinitionError::message)
                .containsExactly(
                        tuple("loop.yaml", "the file cannot be read"),
                        tuple("nowhere.yaml", "the file cannot be read"),
                        tuple("zero.yaml", "this is no regular file"));
        assertThat(result.errors()).allMatch(error -> error.remedy().contains("link"));
    }

    @Test
    void shouldGiveATextReadAgainTheSameHashThoughItsFileBeganWithAByteOrderMark() throws IOException {
        write("a.yaml", "\uFEFF" + named("marked"));

        Definition read = loadInTime().definitions().get(0);

        assertThat(DefinitionDirectory.accepted(read.text(), read.file()).hash())
                .isEqualTo(read.hash());
    }

    private static String named(String name) {
        return "migration: " + name + "\nrekey: {table: t, key: id, to: id + 1}\n";
    }

    private static String rekey(String table, String key, String to) {
        return "migration: a\nrekey: {table: " + table + ", key: " + key + ", to: " + to + "}\n";
    }

    private static String reference(String more) {
        return "migration: a\nrekey: {table: t, key: id, to: x, references: [{table: r, column: c, " + more + "}]}\n";
    }

    private static String lines(int count, String format) {
        return IntStream.range(0, count).mapToObj(format::formatted).collect(Collectors.joining());
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    /** Always together with a sound file, which must not suffer. */
    private LoadResult loadInTime() throws IOException {
        write("sound.yaml", named("sound"));
        LoadResult result =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> new DefinitionDirectory(directory).load());
        assertThat(result.definitions()).extracting(Definition::migration).contains("sound");
        return result;
    }
}
