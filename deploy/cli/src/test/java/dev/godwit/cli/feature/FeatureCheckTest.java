package dev.godwit.cli.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.alembic.TableName;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.Nodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureCheckTest {
    private static final TableName MADE_BY_C = TableName.parse("other.made_by_c");

    private final Graph graph = Graph.of(List.of(
            Nodes.node("a", List.of(), List.of()).in("applied"),
            Nodes.node("b", List.of("a"), List.of()).in("unapplied"),
            Nodes.node("c", List.of("b"), List.of()).in("unapplied"),
            Nodes.node("d", List.of("a"), List.of()).in("drifted")));

    @TempDir
    private Path directory;

    @Test
    void shouldTellWhatEachFeatureWaitsFor() throws IOException {
        List<FeatureState> states = check("""
                features:
                  - {feature: live, migrations: a, tables: [there]}
                  - {feature: late, migrations: [a, c]}
                  - {feature: by table, tables: other.made_by_c}
                  - {feature: lost, migrations: a, tables: gone}
                  - {feature: adrift, migrations: d}
                """);

        assertThat(states).extracting(FeatureState::isLive).containsExactly(true, false, false, false, false);
        assertThat(states.get(1).missingMigrations()).containsExactly("b", "c");
        assertThat(states.get(2).missingTables()).containsExactly(MADE_BY_C);
        assertThat(states.get(2).missingMigrations()).containsExactly("b", "c");
        assertThat(states.get(3).missingTables()).containsExactly(TableName.parse("gone"));
        assertThat(states.get(3).missingMigrations()).isEmpty();
        assertThat(states.get(4).missingMigrations()).containsExactly("d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "features: [{feature: x, migrations: nobody}]             | :1: there is no migration 'nobody'",
                "features: [{feature: x}]                                 | :1: the feature 'x' needs nothing",
                "features: [{migrations: a}]                              | :1: a feature needs a name",
                "features: [{feature: x, tabels: a}]                      | :1: unknown key 'tabels'",
                "features: [{feature: x, tables: a},{feature: x, tables: b}] | :1: the feature 'x' is there twice",
                "features: {feature: x}                                   | :1: 'features' must be a list",
                "features: [                                              | malformed YAML",
                "[]                                                       | must be a mapping",
            })
    void shouldNameFileAndLineOfAMistake(String text, String message) {
        assertThatThrownBy(() -> check(text))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContainingAll("features.yaml", message);
    }

    private List<FeatureState> check(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("features.yaml"), text);
        return new FeatureCheck(graph, Map.of(MADE_BY_C, List.of(2)), table -> table.name()
                        .equals("there"))
                .states(Feature.read(file));
    }
}
