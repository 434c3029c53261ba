package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.alembic.Expectations;
import dev.godwit.cli.alembic.TableName;
import dev.godwit.cli.feature.Feature;
import dev.godwit.cli.feature.FeatureCheck;
import dev.godwit.cli.feature.FeatureState;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.terminal.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which features are live, and what the others wait for. */
@Command(
        name = "features",
        description =
                "Which features of the application are live, and which tables and migrations the others wait for.")
public final class FeaturesCommand extends ServiceCommand {
    private static final String DEFAULT_FILE = "features.yaml";

    @Mixin
    private GraphOptions options;

    @Option(
            names = "--features",
            paramLabel = "FILE",
            description =
                    "What each feature needs (default: features.yaml here, or beside the directory of --alembic).")
    private Path file;

    @Override
    public Integer call() {
        checkOptions();
        List<Feature> features = Feature.read(file());
        LoadedGraph loaded = LoadedGraph.of(options, this::migration);
        Predicate<TableName> isThere = loaded.catalog()
                .<Predicate<TableName>>map(catalog -> catalog::has)
                .orElse(table -> true);
        boolean looksAtTables =
                features.stream().anyMatch(feature -> !feature.tables().isEmpty());
        if (loaded.catalog().isEmpty() && looksAtTables) {
            terminal().note("tables are not looked at; to look: --database-url");
        }
        long problems = loaded.findings().stream().filter(Finding::isProblem).count();
        if (problems > 0) {
            terminal().note("the graph has problems (" + problems + "), so this may be wrong; godwit graph names them");
        }
        List<FeatureState> states = new FeatureCheck(loaded.graph(), loaded.creators(), isThere).states(features);
        if (isJson()) {
            terminal().json(json(states));
        } else {
            print(states);
        }
        return ExitCode.DONE;
    }

    private void checkOptions() {
        if (options.migrations() != null) {
            throw Failure.usage(
                    "a directory of definitions does not tell what is applied; ask the service, without --migrations");
        }
        if (options.alembic() != null && options.databaseUrl() == null) {
            throw Failure.usage("what is applied stands in the database; give --database-url");
        }
    }

    private Path file() {
        if (file != null) {
            return file;
        }
        return options.alembic() == null ? Path.of(DEFAULT_FILE) : Expectations.beside(options.alembic(), DEFAULT_FILE);
    }

    private void print(List<FeatureState> states) {
        Table table = new Table("FEATURE", "STATE", "WAITS FOR TABLES", "WAITS FOR MIGRATIONS");
        for (FeatureState state : states) {
            int rows = Math.max(
                    1,
                    Math.max(
                            state.missingTables().size(),
                            state.missingMigrations().size()));
            for (int row = 0; row < rows; row++) {
                table.row(
                        row == 0 ? state.feature().name() : "",
                        row == 0 ? word(state) : "",
                        at(state.missingTables(), row),
                        at(state.missingMigrations(), row));
            }
        }
        table.print(terminal());
        terminal().line("");
        long live = states.stream().filter(FeatureState::isLive).count();
        terminal().line(live + " live, " + (states.size() - live) + " missing");
    }

    private static String at(List<?> list, int index) {
        return index < list.size() ? list.get(index).toString() : "";
    }

    private static String word(FeatureState state) {
        return state.isLive() ? "live" : "missing";
    }

    private static ObjectNode json(List<FeatureState> states) {
        long live = states.stream().filter(FeatureState::isLive).count();
        ObjectNode object = object().put("live", live).put("missing", states.size() - live);
        ArrayNode features = object.putArray("features");
        for (FeatureState state : states) {
            ObjectNode feature =
                    features.addObject().put("feature", state.feature().name()).put("state", word(state));
            ArrayNode migrations = feature.putArray("migrations");
            state.feature().migrations().forEach(entry -> migrations.add(entry.text()));
            ArrayNode tables = feature.putArray("tables");
            state.feature().tables().forEach(entry -> tables.add(entry.text()));
            ObjectNode waits = feature.putObject("waitsFor");
            ArrayNode missingTables = waits.putArray("tables");
            state.missingTables().forEach(table -> missingTables.add(table.toString()));
            ArrayNode missingMigrations = waits.putArray("migrations");
            state.missingMigrations().forEach(missingMigrations::add);
        }
        return object;
    }
}
