package dev.godwit.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.access.AccessConfig;
import dev.godwit.migration.blob.BlobsConfig;
import dev.godwit.migration.blob.StoresConfig;
import dev.godwit.migration.graph.GraphConfig;
import dev.godwit.migration.health.HealthConfig;
import dev.godwit.migration.pace.PaceConfig;
import dev.godwit.migration.request.CommandsConfig;
import dev.godwit.migration.retention.KeepConfig;
import dev.godwit.migration.retention.OutboxConfig;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.JournalConfig;
import dev.godwit.migration.run.RehearsalConfig;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Variables that deployments set are read: one that nobody reads would be a setting that silently does nothing. */
class DeploymentSettingsTest {
    private static final Pattern VARIABLE = Pattern.compile("- name: ([A-Z][A-Z0-9_]+)$", Pattern.MULTILINE);
    private static final Pattern READ = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]+)");
    private static final List<Class<?>> SETTINGS = List.of(
            AccessConfig.class,
            GodwitConfig.class,
            GraphConfig.class,
            OutboxConfig.class,
            KeepConfig.class,
            JournalConfig.class,
            HealthConfig.class,
            CommandsConfig.class,
            BlobsConfig.class,
            PaceConfig.class,
            StoresConfig.class,
            RehearsalConfig.class);

    @Test
    void shouldReadWhatKubernetesSets() throws IOException {
        Set<String> set = VARIABLE.matcher(Files.readString(Path.of("..", "k8s", "base", "migration-service.yaml")))
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(set).hasSizeGreaterThan(10);

        set.removeAll(variables());
        set.removeIf(DeploymentSettingsTest::isKafkas);
        assertThat(set).isEmpty();
    }

    @Test
    void shouldTakeNoMoreConnectionsThanIsSaid() throws IOException {
        assertThat(config(Map.of()).getValue("quarkus.http.limits.max-connections", Integer.class))
                .isEqualTo(1_000);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, none, true",
                "http://127.0.0.1:4318, none, false",
                "https://collector.example:443/otlp, none, false",
                "http://127.0.0.1:4318, true, true",
                "none, false, false"
            })
    void shouldTraceOnlyWhereACollectorIsNamed(String endpoint, String disabled, boolean off) throws IOException {
        Map<String, String> environment = new HashMap<>();
        environment.computeIfAbsent("OTEL_EXPORTER_OTLP_ENDPOINT", name -> endpoint);
        environment.computeIfAbsent("OTEL_SDK_DISABLED", name -> disabled);
        SmallRyeConfig config = config(environment);

        assertThat(config.getValue("quarkus.otel.sdk.disabled", Boolean.class)).isEqualTo(off);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, false, sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
                "'', false, sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
                "/etc/godwit/postgres/ca.crt, true, sslrootcert=/etc/godwit/postgres/ca.crt"
            })
    void shouldTrustThePlatformsAuthoritiesUnlessAFileNamesOthers(String file, boolean pem, String jdbc)
            throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of("godwit.database.ssl-mode", "verify-full"));
        environment.computeIfAbsent("godwit.database.ca-file", name -> file);
        SmallRyeConfig config = config(environment);

        assertThat(config.getValue("quarkus.datasource.reactive.trust-certificate-pem", Boolean.class))
                .isEqualTo(pem);
        assertThat(config.getValue("quarkus.datasource.reactive.trust-certificate-jks", Boolean.class))
                .as("the other client trusts nobody unless it is told of somebody")
                .isEqualTo(!pem);
        assertThat(config.getValue("quarkus.datasource.jdbc.url", String.class))
                .endsWith("sslmode=verify-full&" + jdbc);
    }

    private static SmallRyeConfig config(Map<String, String> environment) throws IOException {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(
                        new PropertiesConfigSource(Path.of("src/main/resources/application.properties")
                                .toUri()
                                .toURL()),
                        new PropertiesConfigSource(environment, "environment", 300))
                .build();
    }

    /** Those of the service's own settings, and those that application.properties names. */
    private static Set<String> variables() throws IOException {
        Set<String> names = new TreeSet<>();
        SETTINGS.forEach(type ->
                names.addAll(ConfigClass.configClass(type).getProperties().keySet()));
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            properties.load(in);
        }
        names.addAll(properties.stringPropertyNames());
        properties.values().forEach(value -> READ.matcher(value.toString())
                .results()
                .forEach(result -> names.add(result.group(1))));
        return names.stream()
                .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** All clients are given these, so all must know them. */
    private static boolean isKafkas(String variable) {
        String name =
                variable.replaceFirst("^KAFKA_", "").toLowerCase(Locale.ROOT).replace('_', '.');
        return ConsumerConfig.configNames().contains(name)
                && ProducerConfig.configNames().contains(name)
                && AdminClientConfig.configNames().contains(name);
    }
}
