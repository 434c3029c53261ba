package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackListener;
import dev.godwit.cli.stack.StackOptions;
import dev.godwit.cli.terminal.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts what is missing of the local stack. */
@Command(
        name = "up",
        description =
                "Start PostgreSQL, Kafka, Connect with Debezium and both services; on a running stack, what is missing.")
public final class UpCommand extends GodwitCommand {
    @Option(names = "--detach", description = "Return when everything answers; this is what happens anyway.")
    @SuppressWarnings("UnusedVariable") // accepted, since scripts say it
    private boolean detach;

    @Option(names = "--migrations", paramLabel = "DIR", description = "Directory of the definitions.")
    private Path migrations;

    @Option(names = "--instances", paramLabel = "N", description = "Processes of migration-service (default: 1).")
    private Integer instances;

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description = "Use this PostgreSQL server: postgresql://user:password@host:port/database.")
    private String databaseUrl;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Use this Kafka broker.")
    private String kafka;

    @Option(
            names = "--source",
            paramLabel = "NAME[=URL]",
            description = "Another database that imports read: postgresql://user:password@host:port/database,"
                    + " or without URL a new one of the embedded server. May be given several times.")
    private List<String> sources = List.of();

    @Option(
            names = "--port-base",
            paramLabel = "N",
            description = "First of the ports to use (default: 17000, or the next free block).")
    private Integer portBase;

    @Override
    public Integer call() {
        StackOptions options = new StackOptions(
                stateDirectory(),
                Optional.ofNullable(migrations),
                Optional.ofNullable(instances),
                Optional.ofNullable(databaseUrl),
                Optional.ofNullable(kafka),
                byName(sources),
                Optional.ofNullable(portBase),
                Optional.empty());
        Stack stack = Stack.start(options, listener());
        StackDescription description = stack.describe();
        if (isJson()) {
            terminal().json(description);
            return ExitCode.DONE;
        }
        Table table = new Table("WHAT", "WHERE")
                .row("database", description.database().url());
        description.sources().forEach((name, database) -> table.row("source " + name, database.url()));
        table.row("kafka", description.kafka().bootstrapServers())
                .row("connect", description.connect().url())
                .row(
                        "migration-service",
                        String.join(" ", description.migration().urls()))
                .row("definitions", description.migration().directory())
                .row("audit-service", description.audit().url() + "  (dashboard)")
                .row("token", description.tokenFile() + "  (logs you in to the dashboard)")
                .row("state and logs", stack.directory())
                .print(terminal());
        return ExitCode.DONE;
    }

    private static Map<String, String> byName(List<String> sources) {
        Map<String, String> byName = new LinkedHashMap<>();
        sources.forEach(source -> {
            int equals = source.indexOf('=');
            byName.put(
                    equals < 0 ? source : source.substring(0, equals), equals < 0 ? "" : source.substring(equals + 1));
        });
        return byName;
    }

    /** Tells each component as it comes. */
    private StackListener listener() {
        return new StackListener() {
            @Override
            public void done(String component, String what, Duration took) {
                terminal()
                        .note(String.format(Locale.ROOT, "%-20s %s (%.1f s)", component, what, took.toMillis() / 1e3));
            }

            @Override
            public void warn(String message) {
                terminal().note("warning: " + message);
            }
        };
    }
}
