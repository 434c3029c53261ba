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
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the parts of a stack are, as written to {@code stack.json}. Programs may rely on it.
 *
 * @param sources databases that imports read, by name
 * @param processes by name: the processes started here; those of a server or broker that is not ours are absent, and all of a stack that something else has started
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
        processes = processes == null ? Map.of() : processes;
    }

    /** True when nothing is missing that somebody needs who talks to a stack which was not started here. */
    @JsonIgnore
    boolean isComplete() {
        return database != null
                && kafka != null
                && migration != null
                && audit != null
                && Stream.of(
                                database.url(),
                                kafka.bootstrapServers(),
                                migration.url(),
                                migration.urls(),
                                migration.directory(),
                                migration.databaseUrl(),
                                audit.url(),
                                audit.databaseUrl())
                        .allMatch(Objects::nonNull);
    }

    /** The same, with paths that were relative to that directory. */
    StackDescription in(Path home) {
        return new StackDescription(
                database,
                kafka,
                connect,
                new Migration(
                        migration.url(),
                        migration.urls(),
                        home.resolve(migration.directory()).toString(),
                        migration.databaseUrl()),
                audit,
                sources,
                processes,
                tokenFile == null ? null : home.resolve(tokenFile).toString());
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
     * @param databaseUrl the application's database as the service reaches it; null in a stack that was started here, whose settings know it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Migration(String url, List<String> urls, String directory, String databaseUrl) {}

    /** @param databaseUrl the audit trail's database, as libpq writes it, with the password */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Audit(String url, String databaseUrl) {}

    /** @param log path of its log file */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ProcessInfo(long pid, String log) {}
}
