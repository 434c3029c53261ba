package dev.godwit.cli.stack;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the parts of a stack are, as written to {@code stack.json}. Programs may rely on it.
 *
 * @param sources databases that imports read, by name
 * @param processes by name: the processes started here; those of a server or broker that is not ours are absent
 * @param tokenFile holds the token by which both services know the owner of the stack
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StackDescription(
        Database database,
        Kafka kafka,
        Connect connect,
        Migration migration,
        Audit audit,
        Map<String, Database> sources,
        Map<String, ProcessInfo> processes,
        String tokenFile) {

    public StackDescription {
        sources = sources == null ? Map.of() : sources;
    }

    /** The token of the stack's owner; empty where an older version started the stack. */
    @JsonIgnore
    public Optional<String> token() {
        try {
            return tokenFile == null
                    ? Optional.empty()
                    : Optional.of(Files.readString(Path.of(tokenFile)).strip());
        } catch (IOException e) {
            throw Failure.failed("cannot read the stack's token: " + e.getMessage());
        }
    }

    /** @param url the application's database, as libpq writes it, with the password */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Database(String url) {}

    /** @param bootstrapServers {@code host:port} */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Kafka(String bootstrapServers) {}

    /** @param url of Connect's REST interface */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Connect(String url) {}

    /**
     * @param url of the first instance
     * @param urls of all instances
     * @param directory of the definitions
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Migration(String url, List<String> urls, String directory) {}

    /** @param databaseUrl the audit trail's database, as libpq writes it, with the password */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Audit(String url, String databaseUrl) {}

    /** @param log path of its log file */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ProcessInfo(long pid, String log) {}
}
