package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The connectors of all databases say the same, but for what must differ. */
class ConnectorFilesTest {

    /** Where a database is, and by what its tables are told from those of another. */
    private static final Set<String> OWN = Set.of(
            "database.hostname",
            "database.port",
            "database.dbname",
            "database.user",
            "database.password",
            "slot.name",
            "publication.name",
            "topic.prefix",
            "predicates",
            "transforms",
            "transforms.route.topic.regex",
            "transforms.route.key.field.regex",
            "transforms.route.key.field.replacement",
            "transforms.unwrap.add.fields");

    private static JsonNode read(Path file) throws IOException {
        return StateDirectory.JSON.readTree(Files.readString(file));
    }

    private static Set<String> keys(JsonNode json) {
        Set<String> keys = new TreeSet<>();
        json.properties().stream().map(Map.Entry::getKey).forEach(keys::add);
        return keys;
    }

    @Test
    void shouldDifferOnlyInWhatIsTheDatabasesOwn() throws IOException {
        JsonNode application = read(Home.find().connectorFile());
        JsonNode source = read(Home.find().sourceConnectorFile());
        Set<String> shared = keys(application);
        shared.removeIf(key -> OWN.contains(key) || key.contains("utbox") || key.equals("slot.stream.params"));

        Set<String> said = keys(source);
        said.removeAll(OWN);
        assertThat(said).isEqualTo(shared);
        assertThat(shared).allSatisfy(key -> assertThat(source.get(key)).as(key).isEqualTo(application.get(key)));
        assertThat(source.path("topic.prefix").asText()).isEqualTo("g-@name@");
        assertThat(source.path("transforms.unwrap.add.fields").asText()).contains("source.name");
    }
}
