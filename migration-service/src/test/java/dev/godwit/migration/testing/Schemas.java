package dev.godwit.migration.testing;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The published JSON Schemas of events and commands. */
public final class Schemas {

    private static final Path DIRECTORY = Path.of("..", "docs", "reference", "events");

    private Schemas() {}

    /** What a document breaks of the schema {@code name.schema.json}; empty when it is valid. */
    public static Set<String> violations(String name, String json) {
        try {
            String schema = Files.readString(DIRECTORY.resolve(name + ".schema.json"));
            Set<String> violations = new TreeSet<>();
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(schema)
                    .validate(json, InputFormat.JSON)
                    .forEach((ValidationMessage message) -> violations.add(message.getMessage()));
            return violations;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
