package dev.godwit.migration.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.definition.LoadResult;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads the directory that its argument names and prints one JSON object: {@code migrations} (each {@code name}, {@code operation}, {@code dependsOn}), parents before
 * children, and {@code errors} as the REST interface tells them. Ends with 0 whatever it has found.
 */
public final class DefinitionCheck {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DefinitionCheck() {}

    /** @param arguments the directory */
    @SuppressWarnings("SystemOut") // a program's answer
    public static void main(String[] arguments) throws IOException {
        System.out.println(JSON.writeValueAsString(check(Path.of(arguments[0]))));
    }

    static ObjectNode check(Path directory) {
        LoadResult loaded = new DefinitionDirectory(directory).load();
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode migrations = answer.putArray("migrations");
        for (Definition definition : loaded.definitions()) {
            migrations
                    .addObject()
                    .put("name", definition.migration())
                    .put("operation", definition.operation().kind())
                    .set("dependsOn", JSON.valueToTree(definition.dependsOn()));
        }
        answer.set("errors", JSON.valueToTree(loaded.errors()));
        return answer;
    }
}
