package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.kubernetes.Manifests;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.connect.runtime.SourceConnectorConfig;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.util.TopicCreationGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs on Kubernetes is set up like what {@code godwit up} starts. */
class ManifestsAsTheStackTest {
    private static final Path DEPLOY = Home.find().root().resolve("deploy");

    /** Where a worker is and how it is reached; on Kubernetes Strimzi says so, in fields of its own. */
    private static final Set<String> STRIMZIS = Set.of(
            "bootstrap.servers",
            "group.id",
            "config.storage.topic",
            "offset.storage.topic",
            "status.storage.topic",
            "listeners",
            "rest.advertised.host.name");

    @Test
    void shouldDeclareTheTopicsThatTheStackMakes() throws IOException, ReflectiveOperationException {
        Map<String, String> made = made();

        Map<String, String> declared = new TreeMap<>();
        for (JsonNode topic : Manifests.read("base/topics.yaml")) {
            declared.put(
                    topic.at("/metadata/name").asText(),
                    topic.at("/spec/partitions").asInt() + " " + texts(topic.at("/spec/config")));
        }
        assertThat(declared).isEqualTo(made).hasSize(8);

        Map<String, String> composed = new TreeMap<>();
        properties("images/connect/topics.properties").forEach((name, value) -> {
            String[] words = value.split(" ", 2);
            composed.put(name, words[0] + " " + settings(words[1]));
        });
        assertThat(composed).isEqualTo(made);
    }

    private static Map<String, String> settings(String words) {
        Map<String, String> settings = new TreeMap<>();
        for (String word : words.split(" ")) {
            int equals = word.indexOf('=');
            settings.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return settings;
    }

    private static Map<String, String> made() throws ReflectiveOperationException {
        Map<String, String> made = new TreeMap<>();
        for (Object topic : (List<?>) constant(Broker.class, "TOPICS")) {
            Map<String, String> settings = new TreeMap<>();
            ((Map<?, ?>) component(topic, "configuration"))
                    .forEach((key, value) -> settings.put(key.toString(), value.toString()));
            settings.put(
                    "max.message.bytes",
                    constant(Broker.class, "LARGEST_MESSAGE").toString());
            made.put(component(topic, "name").toString(), component(topic, "partitions") + " " + settings);
        }
        return made;
    }

    @Test
    void shouldSetUpTheConnectorAsEverywhere() throws IOException {
        JsonNode connector = Manifests.read("base/connector.yaml").get(0);
        ObjectNode said = connector.at("/spec/config").deepCopy();
        said.set("connector.class", connector.at("/spec/class"));
        said.put("tasks.max", connector.at("/spec/tasksMax").asText());

        ObjectNode everywhere = (ObjectNode)
                new ObjectMapper().readTree(Files.readString(Home.find().connectorFile()));
        assertThat(texts(said)).isEqualTo(texts(everywhere));
        assertThat(connector.at("/metadata/name").asText()).isEqualTo(Connector.NAME);
    }

    /** Connect makes a topic that is missing when a connector first writes to it. */
    @ParameterizedTest
    @ValueSource(strings = {"godwit.changes", "godwit.outcomes", "godwit.runs"})
    void shouldMakeTopicsOfEventsAsTheStackDoes(String topic) throws IOException, ReflectiveOperationException {
        Map<String, String> connector =
                texts(new ObjectMapper().readTree(Files.readString(Home.find().connectorFile())));
        connector.put("name", Connector.NAME);

        NewTopic made =
                TopicCreationGroup.configuredGroups(new SourceConnectorConfig(new Plugins(Map.of()), connector, true))
                        .values()
                        .stream()
                        .filter(group -> group.matches(topic))
                        .findFirst()
                        .orElseThrow()
                        .newTopic(topic);

        assertThat(made.numPartitions() + " " + new TreeMap<>(made.configs())).isEqualTo(made().get(topic));
    }

    @Test
    void shouldRunTheWorkerAsTheStackDoes(@TempDir Path directory) throws IOException {
        StateDirectory state = new StateDirectory(directory);
        state.create();
        ConnectWorker worker = new ConnectWorker(state, Settings.fresh(40_000, directory.toString()));
        Map<String, String> environment = worker.launch(Home.find()).environment();
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(state.configuration("connect.properties"))) {
            properties.load(in);
        }
        Map<String, String> expected = new TreeMap<>();
        properties.stringPropertyNames().stream()
                .filter(name -> !STRIMZIS.contains(name))
                .forEach(name -> expected.put(name, properties.getProperty(name)));

        JsonNode connect = Manifests.read("base/connect.yaml").get(0);
        assertThat(texts(connect.at("/spec/config"))).isEqualTo(expected);
        assertThat(connect.at("/spec/groupId").asText()).isEqualTo(properties.getProperty("group.id"));
        assertThat(connect.at("/spec/offsetStorageTopic").asText())
                .isEqualTo(properties.getProperty("offset.storage.topic"));
        List<String> names = new ArrayList<>();
        connect.at("/spec/template/connectContainer/env")
                .forEach(variable -> names.add(variable.path("name").asText()));
        assertThat(names).containsExactlyInAnyOrderElementsOf(environment.keySet());

        Map<String, String> composed = properties("images/connect/connect.properties");
        Map<String, String> here = new TreeMap<>(expected);
        here.put("config.providers.env.param.allowlist.pattern", "^(GODWIT|KAFKA)_.*");
        assertThat(composed).containsAllEntriesOf(here);
        composed.keySet().removeAll(here.keySet());
        assertThat(STRIMZIS).containsAll(composed.keySet());

        // Kafka Connect itself takes the settings.
        Map<String, String> whole = new HashMap<>(texts(connect.at("/spec/config")));
        STRIMZIS.forEach(name -> whole.put(name, properties.getProperty(name)));
        assertThat(new DistributedConfig(whole).originalsStrings()).containsAllEntriesOf(expected);
    }

    @Test
    void shouldGrantWhatTheStackGrants() throws IOException, ReflectiveOperationException {
        Path files = Manifests.DIRECTORY.resolve("components/application-database");

        assertThat(Files.readString(files.resolve("cluster.sql")))
                .contains(constant(DatabaseRoles.class, "PREPARE_CLUSTER").toString())
                .contains("generate_series(1, " + DatabaseRoles.ORIGINS + ")");
        assertThat(Files.readString(files.resolve("application.sql")))
                .contains(constant(DatabaseRoles.class, "PREPARE_APPLICATION").toString());
        assertThat(Files.readString(DEPLOY.resolve("compose/postgres/init.sql")))
                .contains(constant(DatabaseRoles.class, "PREPARE_CLUSTER").toString())
                .contains(constant(DatabaseRoles.class, "PREPARE_APPLICATION").toString())
                .contains("generate_series(1, " + DatabaseRoles.ORIGINS + ")");
    }

    @Test
    void shouldSetTheSameVariablesInCompose() {
        JsonNode services =
                Manifests.read("../deploy/compose/compose.yaml").get(0).path("services");
        for (String service : List.of("migration-service", "audit-service")) {
            List<String> known = new ArrayList<>();
            Manifests.ofKind(Manifests.read("base/" + service + ".yaml"), "Deployment")
                    .forEach(deployment -> deployment
                            .at("/spec/template/spec/containers/0/env")
                            .forEach(variable -> known.add(variable.path("name").asText())));
            List<String> set = new ArrayList<>();
            services.at("/" + service + "/environment").fieldNames().forEachRemaining(set::add);

            assertThat(set).hasSizeGreaterThan(5);
            assertThat(known).containsAll(set);
        }
    }

    private static Map<String, String> properties(String file) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(DEPLOY.resolve(file))) {
            properties.load(in);
        }
        Map<String, String> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new TreeMap<>();
        object.properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    private static Object constant(Class<?> owner, String name) throws ReflectiveOperationException {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }

    private static Object component(Object holder, String name) throws ReflectiveOperationException {
        Method accessor = holder.getClass().getDeclaredMethod(name);
        accessor.setAccessible(true);
        return accessor.invoke(holder);
    }
}
