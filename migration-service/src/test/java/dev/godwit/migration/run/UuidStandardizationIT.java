package dev.godwit.migration.run;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.health.HealthConfig;
import dev.godwit.migration.health.HealthState;
import dev.godwit.migration.health.Measurement;
import dev.godwit.migration.health.Measurer;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The figures on the page of the example {@code uuid-standardization}, by the files that it shows: every row of its tables is what Godwit says. */
class UuidStandardizationIT {

    private static final Path EXAMPLE = Path.of("..", "docs", "examples", "uuid-standardization");
    private static final Pattern FIGURE = Pattern.compile("^\\| ([a-z ]+) \\| ([0-9,.]+) \\|$", Pattern.MULTILINE);
    private static final Pattern MEASURE =
            Pattern.compile("^\\| ([a-z ]+) \\| ([0-9.]+) \\| ([0-9.]+) \\|$", Pattern.MULTILINE);

    @Test
    void shouldTellWhatThePageTells() throws IOException {
        Definition definition =
                new DefinitionDirectory(EXAMPLE).load().definitions().get(0);
        Engine engine = Engine.on("uuid", read("schema.sql"), read("figures.sql"));
        String page = read("README.md");
        RunContext plan = engine.plan(definition).context();

        Map<String, Double> inventory = inventory(engine, plan);
        Map<String, Measurement> before = health(engine, definition);
        EngineRun run = engine.commit(definition);
        run.backfill();
        run.sweep();
        Map<String, Measurement> after = health(engine, definition);

        assertThat(run.counts()).containsEntry("migrated", 38L);
        assertThat(inventory).isEqualTo(figures(page));
        assertThat(inventory)
                .containsEntry("documents", 38.0)
                .containsEntry("wrong keys", 38.0)
                .containsEntry("users touched", 27.0)
                .containsEntry("text", 3_520_000.0)
                .containsEntry("failed pipelines", 1.0)
                .containsEntry("orphans", 0.0);
        assertThat(values(before, after)).isEqualTo(measures(page));
        assertThat(values(before, after))
                .containsEntry("generation success", List.of(0.0, 100.0))
                .containsEntry("mismatch", List.of(100.0, 0.0))
                .containsEntry("pipeline consistency", List.of(76.3, 100.0))
                .containsEntry("retrieval success", List.of(0.0, 100.0));
        assertThat(after.values())
                .allSatisfy(measurement ->
                        assertThat(measurement.state()).as("%s", measurement).isEqualTo(HealthState.OK));
        assertThat(before.get("orphans public.activity.resource_path").value()).hasValue(9);
    }

    private static Map<String, Double> inventory(Engine engine, RunContext context) {
        Map<String, Double> figures = new LinkedHashMap<>();
        await(new Inventory(engine.contexts(), engine.pool()).take(context)).forEach(figure -> {
            JsonObject told = (JsonObject) figure;
            assertThat(told.getString("reason")).as("%s", told).isNull();
            figures.put(told.getString("name"), told.getDouble("value"));
        });
        return figures;
    }

    private static Map<String, Measurement> health(Engine engine, Definition definition) {
        HealthConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(HealthConfig.class)
                .build()
                .getConfigMapping(HealthConfig.class);
        Measurer measurer = new Measurer(engine.contexts(), engine.pool(), config);
        return await(measurer.measure(definition, () -> Uni.createFrom().voidItem())).stream()
                .collect(Collectors.toMap(Measurement::name, measurement -> measurement));
    }

    /** The definition's own measures, before and after. */
    private static Map<String, List<Double>> values(Map<String, Measurement> before, Map<String, Measurement> after) {
        return before.values().stream()
                .filter(measurement -> !measurement.builtIn())
                .collect(Collectors.toMap(
                        Measurement::name,
                        measurement -> List.of(
                                measurement.value().orElseThrow(),
                                after.get(measurement.name()).value().orElseThrow())));
    }

    private static Map<String, Double> figures(String page) {
        return FIGURE.matcher(page)
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1), row -> Double.valueOf(row.group(2).replace(",", ""))));
    }

    private static Map<String, List<Double>> measures(String page) {
        Map<String, List<Double>> measures = new LinkedHashMap<>();
        Matcher row = MEASURE.matcher(page);
        while (row.find()) {
            measures.put(row.group(1), List.of(Double.valueOf(row.group(2)), Double.valueOf(row.group(3))));
        }
        return measures;
    }

    private static String read(String file) throws IOException {
        return Files.readString(EXAMPLE.resolve(file));
    }
}
