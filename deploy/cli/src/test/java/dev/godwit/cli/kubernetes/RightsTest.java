package dev.godwit.cli.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users of Kafka may do what their service's channels do, and no more. */
class RightsTest {

    @ParameterizedTest
    @ValueSource(strings = {"migration-service", "audit-service"})
    void shouldGrantWhatTheChannelsNeed(String service) throws IOException {
        Set<String> needed = new TreeSet<>();
        Properties settings = settings(service);
        for (String name : settings.stringPropertyNames()) {
            String value = settings.getProperty(name);
            if (name.matches("mp\\.messaging\\.incoming\\.[^.]+\\.topic")) {
                needed.add("topic " + value + " Read");
            } else if (name.matches("mp\\.messaging\\.outgoing\\.[^.]+\\.topic")) {
                needed.add("topic " + value + " Write");
            } else if (name.matches("mp\\.messaging\\.incoming\\.[^.]+\\.group\\.id")) {
                needed.add("group " + value + " Read");
            }
        }

        assertThat(granted("godwit-" + service)).isEqualTo(needed).hasSizeGreaterThan(6);
    }

    private static Set<String> granted(String user) {
        JsonNode acls = Manifests.read("base/users.yaml").stream()
                .filter(document -> document.at("/metadata/name").asText().equals(user))
                .findFirst()
                .orElseThrow()
                .at("/spec/authorization/acls");
        return StreamSupport.stream(acls.spliterator(), false)
                .flatMap(acl -> StreamSupport.stream(acl.path("operations").spliterator(), false)
                        .map(JsonNode::asText)
                        .filter(operation -> !operation.equals("Describe"))
                        .map(operation -> acl.at("/resource/type").asText() + " "
                                + acl.at("/resource/name").asText() + " " + operation))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Properties settings(String service) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(
                Home.find().root().resolve(service).resolve("src/main/resources/application.properties"))) {
            properties.load(in);
        }
        return properties;
    }
}
