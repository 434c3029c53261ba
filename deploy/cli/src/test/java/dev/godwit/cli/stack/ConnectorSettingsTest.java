package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.runtime.SourceConnectorConfig;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debezium and Connect know every setting of the connectors, and take its value. A setting that nobody knows would silently do nothing. */
class ConnectorSettingsTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeKnownAndTaken(boolean source) throws ReflectiveOperationException, IOException {
        Map<String, String> settings = settings(source);

        assertThat(problems(settings)).isEmpty();
    }

    @Test
    void shouldNoticeSlips() throws ReflectiveOperationException, IOException {
        Map<String, String> settings = settings(false);
        settings.put("snapshot.moed", "no_data");
        settings.put("decimal.handling.mode", "text");
        settings.put("transforms.outbox.route.by.feld", "topic");
        settings.put("producer.override.linger", "5");

        assertThat(String.join("\n", problems(settings)))
                .contains("snapshot.moed", "decimal.handling.mode", "transforms.outbox.route.by.feld", "linger");
    }

    private static Map<String, String> settings(boolean source) throws IOException {
        Home home = Home.find();
        JsonNode file = StateDirectory.JSON.readTree(
                Files.readString(source ? home.sourceConnectorFile() : home.connectorFile()));
        Map<String, String> settings = new TreeMap<>();
        file.properties()
                .forEach(entry -> settings.put(
                        entry.getKey(),
                        entry.getValue()
                                .asText()
                                .replaceAll("\\$\\{env:[^}]*_PORT}", "5432")
                                .replaceAll("\\$\\{env:[^}]*}", "godwit")
                                .replace("@name@", "legacy")));
        return settings;
    }

    private static List<String> problems(Map<String, String> settings) throws ReflectiveOperationException {
        List<String> problems = new ArrayList<>();
        Configuration.from(settings)
                .validate(
                        PostgresConnectorConfig.ALL_FIELDS,
                        (field, value, problem) -> problems.add(field.name() + ": " + problem));
        Set<String> known = new TreeSet<>(PostgresConnectorConfig.configDef().names());
        PostgresConnectorConfig.ALL_FIELDS.forEach(field -> known.add(field.name()));
        known.addAll(SourceConnectorConfig.configDef().names());
        known.addAll(parts(settings, "transforms", Transformation.class, problems));
        known.addAll(parts(settings, "predicates", Predicate.class, problems));
        // Read by the router, though its own definition leaves it out: the keys of godwit.changes have that field.
        known.add("transforms.route.key.field.name");
        for (String converter : List.of("key.converter", "value.converter")) {
            Converter made = make(settings.get(converter), Converter.class);
            made.configure(under(settings, converter + "."), converter.startsWith("key"));
            known.addAll(List.of(
                    converter + ".delegate.converter.type", converter + ".delegate.converter.type.schemas.enable"));
        }
        under(settings, "producer.override.").keySet().stream()
                .filter(name -> !org.apache.kafka.clients.producer.ProducerConfig.configNames()
                        .contains(name))
                .forEach(name -> problems.add("producer.override: no setting " + name));
        settings.keySet().stream()
                .filter(name -> !known.contains(name))
                .filter(name -> !name.startsWith("producer.override.") && !name.startsWith("topic.creation."))
                .forEach(name -> problems.add("nobody knows " + name));
        return problems;
    }

    /** Makes each of them as Connect does; what its own definition refuses is a problem. */
    private static <T extends org.apache.kafka.common.Configurable> Set<String> parts(
            Map<String, String> settings, String kind, Class<T> type, List<String> problems)
            throws ReflectiveOperationException {
        Set<String> known = new TreeSet<>();
        for (String name : settings.get(kind).split(",")) {
            String prefix = kind + "." + name + ".";
            T made = make(settings.get(prefix + "type"), type);
            Map<String, String> own = under(settings, prefix);
            own.remove("type");
            own.remove("predicate");
            ConfigDef definition = (ConfigDef) type.getMethod("config").invoke(made);
            definition.validate(own).forEach(value -> problems.addAll(value.errorMessages()));
            made.configure(own);
            definition.names().forEach(setting -> known.add(prefix + setting));
            known.addAll(List.of(prefix + "type", prefix + "predicate"));
        }
        return known;
    }

    private static <T> T make(String type, Class<T> as) throws ReflectiveOperationException {
        return as.cast(Class.forName(type).getDeclaredConstructor().newInstance());
    }

    private static Map<String, String> under(Map<String, String> settings, String prefix) {
        Map<String, String> own = new TreeMap<>();
        settings.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                own.put(name.substring(prefix.length()), value);
            }
        });
        return own;
    }
}
