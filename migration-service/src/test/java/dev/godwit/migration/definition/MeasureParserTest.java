package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.Limits.Worse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasureParserTest {

    private static final String REKEY = "migration: m\nrekey: {table: t, key: id, to: id + 1, created: made_at}\n";
    private static final String SCHEMA = "migration: m\nschema: {up: SELECT 1, down: SELECT 2}\n";

    @TempDir
    private Path directory;

    @Test
    void shouldReadMeasuresLimitsAndFigures() throws IOException {
        Definition read = load(REKEY + """
                health:
                  - {name: hits, sql: "SELECT 1;", unit: percent, worse: lower, warn: 99, critical: 90}
                  - {name: wrong-keys, warn: 0.01, critical: 0.5}
                inventory:
                  - {name: documents, sql: "SELECT count(*) FROM entity"}
                """).definitions().get(0);

        assertThat(read.health())
                .containsExactly(new HealthMeasure(
                        "hits", "SELECT 1", "percent", new Limits(Worse.LOWER, 99, Optional.of(90.0))));
        assertThat(read.limits())
                .containsOnlyKeys(BuiltInMeasure.WRONG_KEYS)
                .containsEntry(BuiltInMeasure.WRONG_KEYS, new Limits(Worse.HIGHER, 0.01, Optional.of(0.5)));
        assertThat(read.inventory())
                .containsExactly(new InventoryFigure("documents", "SELECT count(*) FROM entity", ""));
        assertThat(((RekeyDefinition) read.operation()).created()).contains("made_at");
    }

    @Test
    void shouldReadWhatThePageShows() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "reference", "health.md"));
        String shown = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining());

        LoadResult read = load(shown);

        assertThat(read.errors()).isEmpty();
        assertThat(read.definitions().get(0).health()).hasSize(2);
        assertThat(read.definitions().get(0).limits()).hasSize(1);
        assertThat(read.definitions().get(0).inventory()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{name: a, sql: SELECT 1, worse: lower, warn: 90, critical: 99}|health[0].warn|swap them",
                "{name: a, sql: SELECT 1, worse: up, warn: 90, critical: 99}|health[0].worse|write one of",
                "{name: a, warn: 1, critical: 2}|health[0].sql|one query",
                "{name: wrong-keys, sql: SELECT 1, warn: 1, critical: 2}|health[0].sql|another name",
                "{name: new-right-keys, warn: 0.5, critical: 0.9}|health[0].warn|swap them",
                "{name: a, sql: SELECT $1, warn: 1, critical: 2}|health[0].sql|one query",
            })
    void shouldTellWhatIsWrongWithAMeasure(String measure, String key, String remedy) throws IOException {
        assertThat(load(REKEY + "health:\n  - " + measure + "\n").errors())
                .singleElement()
                .satisfies(error -> {
                    assertThat(error.key()).isEqualTo(key);
                    assertThat(error.remedy()).contains(remedy);
                });
    }

    @Test
    void shouldRefuseLimitsOfWhatIsNotMeasuredAndMoreThanAreAsked() throws IOException {
        String many = IntStream.rangeClosed(0, MeasureParser.MEASURES_MAX)
                .mapToObj(n -> "  - {name: m" + n + ", sql: SELECT 1, warn: 1, critical: 2}\n")
                .collect(Collectors.joining());

        assertThat(load(SCHEMA + "health:\n  - {name: orphans, warn: 1, critical: 2}\n")
                        .errors())
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("only where rows get new keys"));
        assertThat(load(REKEY + "health:\n" + many).errors())
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("at most " + MeasureParser.MEASURES_MAX));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "SELECT count(*) FROM entity|true",
                "SELECT count(*) FROM Entity AS e|true",
                "SELECT entity.id FROM entity|true",
                "SELECT count(*) FROM public.entity|false",
                "SELECT count(*) FROM \"entity\"|false",
                "SELECT count(*) FROM entity_log|false",
                "SELECT 'entity'|false",
            })
    void shouldKnowWhoReadsEntities(String sql, boolean reads) {
        assertThat(MeasureSql.readsEntities(sql)).isEqualTo(reads);
    }

    @Test
    void shouldJudgeByTheWayThatIsWorse() {
        Limits errors = new Limits(Worse.HIGHER, 1, Optional.of(5.0));
        Limits hits = new Limits(Worse.LOWER, 99, Optional.of(90.0));

        assertThat(errors.isWarning(1)).isFalse();
        assertThat(errors.isWarning(1.1)).isTrue();
        assertThat(errors.isCritical(5.1)).isTrue();
        assertThat(hits.isWarning(99)).isFalse();
        assertThat(hits.isWarning(98)).isTrue();
        assertThat(hits.isCritical(90)).isFalse();
        assertThat(hits.isCritical(89)).isTrue();
    }

    private LoadResult load(String text) throws IOException {
        Files.writeString(directory.resolve("m.yaml"), text);
        return new DefinitionDirectory(directory).load();
    }
}
