package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackDescriptionTest {

    private static final Path COMPOSE = Path.of("../compose/stack.json");

    @TempDir
    private Path folder;

    @Test
    void shouldKnowTheStackOfCompose() throws IOException {
        Stack stack = Stack.describedBy(COMPOSE);

        StackDescription description = stack.describe();
        assertThat(description.token()).contains("trial");
        assertThat(Path.of(description.migration().directory()))
                .isAbsolute()
                .isDirectory()
                .isEqualTo(COMPOSE.toAbsolutePath().resolveSibling("migrations"));
        assertThat(stack.migrationDatabase().user()).isEqualTo("godwit");
        assertThat(description.processes()).isEmpty();
        assertThat(Files.readString(Path.of("../compose/compose.yaml")))
                .contains(
                        "GODWIT_POSTGRES_PORT:-" + stack.migrationDatabase().port() + "}",
                        "GODWIT_KAFKA_PORT:-" + port(description.kafka().bootstrapServers()) + "}",
                        "GODWIT_MIGRATION_PORT:-" + port(description.migration().url()) + "}",
                        "GODWIT_AUDIT_PORT:-" + port(description.audit().url()) + "}");
    }

    private static String port(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    @Test
    void shouldSayWhatADescriptionLacks() throws IOException {
        Path file = Files.writeString(
                folder.resolve("stack.json"), "{\"database\": {\"url\": \"postgresql://app@db/app\"}}");

        assertThatThrownBy(() -> Stack.describedBy(file))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("kafka.bootstrapServers");
        assertThatThrownBy(() -> Stack.describedBy(folder.resolve("none.json")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no such file");
    }
}
