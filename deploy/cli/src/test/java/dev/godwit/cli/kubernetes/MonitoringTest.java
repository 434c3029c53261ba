package dev.godwit.cli.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.cli.flight.MetricsIT;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Alerts and dashboards speak of figures that somebody shows. */
class MonitoringTest {
    private static final Path ROOT = Home.find().root();

    /** Prometheus' own, and those of the exporter that Strimzi starts beside Kafka. */
    private static final Set<String> OF_OTHERS =
            Set.of("up", "kafka_consumergroup_lag", "kafka_topic_partition_current_offset");

    private static final Pattern COUNTER = Pattern.compile("counter\\(\\s*\"(godwit\\.[a-z.]+)\"");
    private static final Pattern NAME = Pattern.compile("(?<![\\w\".-])(up|[a-z]+(?:_[a-z]+)+)(?=[{\\[)\\s=<>/]|$)");
    private static final Pattern STRINGS = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|\\b(?:by|without|on) \\([^)]*\\)");

    @Test
    void shouldShowWhatIsThereToBeSeen() throws IOException {
        Set<String> named = new TreeSet<>();
        for (JsonNode group :
                Manifests.read("../deploy/prometheus/rules.yaml").get(0).path("groups")) {
            group.path("rules")
                    .forEach(rule -> named.addAll(names(rule.path("expr").asText())));
        }
        try (Stream<Path> dashboards = Files.list(ROOT.resolve("deploy/grafana"))) {
            for (Path dashboard :
                    dashboards.filter(file -> file.toString().endsWith(".json")).toList()) {
                JsonNode panels =
                        new ObjectMapper().readTree(Files.readString(dashboard)).path("panels");
                assertThat(panels).hasSizeGreaterThan(5);
                panels.findValues("expr").forEach(expression -> named.addAll(names(expression.asText())));
            }
        }
        assertThat(named).hasSizeGreaterThan(20);

        named.removeAll(shown());
        assertThat(named).isEmpty();
    }

    @Test
    void shouldHaveAPageThatNamesThemAll() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/reference/metrics.md"));
        Set<String> shown = shown();
        shown.remove("up");

        assertThat(shown).hasSizeGreaterThan(20).allSatisfy(name -> assertThat(page)
                .contains("`" + name + "`"));
    }

    @Test
    void shouldTestEveryAlert() {
        List<String> alerts =
                Manifests.read("../deploy/prometheus/rules.yaml").get(0).findValuesAsText("alert");
        List<String> tested =
                Manifests.read("../deploy/prometheus/rules-test.yaml").get(0).findValuesAsText("alertname");

        assertThat(tested).containsAll(alerts).hasSizeGreaterThan(15);
    }

    @Test
    void shouldHaveTheSameAlertsOnKubernetes() {
        assertThat(Manifests.read("components/monitoring/rules.yaml").get(0).path("spec"))
                .isEqualTo(Manifests.read("../deploy/prometheus/rules.yaml").get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queries-trail.yaml", "queries-application.yaml"})
    void shouldHaveTheSameQueriesOnKubernetes(String file) throws IOException {
        assertThat(Manifests.DIRECTORY.resolve("components/monitoring").resolve(file))
                .hasSameTextualContentAs(ROOT.resolve("deploy/prometheus").resolve(file));
    }

    private static Set<String> names(String expression) {
        Set<String> names = new TreeSet<>();
        var name = NAME.matcher(STRINGS.matcher(expression).replaceAll("\"\""));
        while (name.find()) {
            names.add(name.group(1));
        }
        return names;
    }

    private static Set<String> shown() throws IOException {
        Set<String> shown = new TreeSet<>(OF_OTHERS);
        shown.addAll(MetricsIT.OF_EVERY_SERVICE);
        for (String file : List.of("queries-trail.yaml", "queries-application.yaml")) {
            Manifests.read("../deploy/prometheus/" + file).get(0).properties().forEach(query -> query.getValue()
                    .path("metrics")
                    .forEach(metric -> metric.properties().stream()
                            .filter(column ->
                                    !column.getValue().path("usage").asText().equals("LABEL"))
                            .forEach(column -> shown.add(query.getKey() + "_" + column.getKey()))));
        }
        for (String service : List.of("migration-service", "audit-service")) {
            try (Stream<Path> sources = Files.walk(ROOT.resolve(service).resolve("src/main/java"))) {
                for (Path source : sources.filter(file -> file.toString().endsWith(".java"))
                        .toList()) {
                    var counter = COUNTER.matcher(Files.readString(source));
                    while (counter.find()) {
                        shown.add(counter.group(1).replace('.', '_') + "_total");
                    }
                }
            }
        }
        return shown;
    }
}
