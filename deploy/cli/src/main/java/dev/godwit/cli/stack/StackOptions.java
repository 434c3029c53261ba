package dev.godwit.cli.stack;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a caller asks of {@link Stack#start}. An absent value means: as the state directory remembers it, else the default.
 *
 * @param state directory that holds everything of this stack
 * @param migrations directory of the definitions
 * @param instances how many processes of migration-service
 * @param databaseUrl {@code postgresql://user:password@host:port/database} of a server to use in place of the embedded one
 * @param kafka {@code host:port} of a broker to use in place of the embedded one
 * @param sources databases that imports read, by name: {@code postgresql://…} URLs, or an empty text for a database of the embedded server
 * @param portBase first of the {@value Ports#BLOCK} consecutive ports to use; given, a busy port is an error
 * @param detour by which services and Connect reach the embedded server
 */
public record StackOptions(
        Path state,
        Optional<Path> migrations,
        Optional<Integer> instances,
        Optional<String> databaseUrl,
        Optional<String> kafka,
        Map<String, String> sources,
        Optional<Integer> portBase,
        Optional<Detour> detour) {

    public StackOptions {
        state = state.toAbsolutePath().normalize();
        migrations = migrations.map(path -> path.toAbsolutePath().normalize());
    }

    /** A stack in the given directory, everything else by default. */
    public static StackOptions in(Path state) {
        return new StackOptions(
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    public StackOptions withMigrations(Path directory) {
        return new StackOptions(
                state, Optional.of(directory), instances, databaseUrl, kafka, sources, portBase, detour);
    }

    public StackOptions withInstances(int count) {
        return new StackOptions(state, migrations, Optional.of(count), databaseUrl, kafka, sources, portBase, detour);
    }

    public StackOptions withDatabaseUrl(String url) {
        return new StackOptions(state, migrations, instances, Optional.of(url), kafka, sources, portBase, detour);
    }

    public StackOptions withKafka(String bootstrapServers) {
        return new StackOptions(
                state, migrations, instances, databaseUrl, Optional.of(bootstrapServers), sources, portBase, detour);
    }

    public StackOptions withPortBase(int base) {
        return new StackOptions(state, migrations, instances, databaseUrl, kafka, sources, Optional.of(base), detour);
    }

    /** With a further database of the embedded server, for imports. */
    public StackOptions withSource(String name) {
        return new StackOptions(state, migrations, instances, databaseUrl, kafka, Map.of(name, ""), portBase, detour);
    }

    /** With services and Connect that reach the embedded server that way. */
    public StackOptions withDetour(Detour way) {
        return new StackOptions(state, migrations, instances, databaseUrl, kafka, sources, portBase, Optional.of(way));
    }
}
