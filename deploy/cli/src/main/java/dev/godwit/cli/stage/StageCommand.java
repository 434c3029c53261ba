package dev.godwit.cli.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.terminal.ByteProgress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a legacy system's dump or blobs to where an import can read them. */
@Command(
        name = "stage",
        description =
                "Load a dump (.sql, .sql.gz) into a schema of its own, or unpack an archive of blobs (.tar, .tar.gz)"
                        + " into a directory. All of it, or nothing.")
public final class StageCommand extends GodwitCommand {
    private static final long DEFAULT_BYTES_MAX = 100L << 30;

    @Parameters(paramLabel = "FILE", description = "The dump or archive.")
    private Path file;

    @Option(
            names = "--into",
            required = true,
            paramLabel = "SCHEMA|DIR",
            description = "A new schema for the dump's tables, or a new directory for the archive's files.")
    private String into;

    @Option(
            names = "--from",
            paramLabel = "SCHEMA",
            defaultValue = "public",
            description = "The dump's schema that goes to --into (default: public).")
    private String from;

    @Option(
            names = "--also",
            paramLabel = "FROM=TO",
            description = "A further schema of the dump, and the new schema for it; may be repeated.")
    private Map<String, String> also = new LinkedHashMap<>();

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description =
                    "Load into this database: postgresql://user:password@host:5432/database (default: the local stack's).")
    private String databaseUrl;

    @Option(names = "--replace", description = "Drop the schema, or delete the directory, if it is there.")
    private boolean replace;

    @Option(names = "--dry-run", description = "Read the file and say what would be done; write nothing.")
    private boolean dryRun;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            description = "Most bytes that an archive may unpack to (default: 100 GiB).")
    private long bytesMax = DEFAULT_BYTES_MAX;

    @Override
    public Integer call() {
        SourceFile source = SourceFile.of(file);
        long begin = System.nanoTime();
        ByteProgress progress = new ByteProgress(terminal(), file.getFileName().toString(), source.size());
        try (InputStream in = source.open(progress)) {
            ObjectNode result = RestClient.JSON.createObjectNode().put("file", file.toString());
            switch (source.kind()) {
                case DUMP -> dump(in, result, progress, begin);
                case ARCHIVE -> archive(in, result, progress, begin);
            }
            return ExitCode.DONE;
        } catch (IOException e) {
            throw SourceFile.unreadable(file, e);
        } finally {
            progress.end();
        }
    }

    private void dump(InputStream in, ObjectNode result, ByteProgress progress, long begin) throws IOException {
        Map<String, String> targets = targets();
        StageTally tally;
        try (Connection connection = database().connect()) {
            DumpStaging staging = new DumpStaging(connection, targets, into);
            tally = dryRun ? staging.rehearse(in, replace) : staging.load(in, replace);
        } catch (SQLException e) {
            throw Failure.unreachable("cannot reach the database: " + e.getMessage(), e);
        }
        progress.end();
        result.put("kind", "dump").put("schema", into).put("dryRun", dryRun);
        result.set("schemas", RestClient.JSON.valueToTree(targets));
        tally.addTo(result);
        print(result, begin, () -> {
            tally.print(terminal());
            terminal()
                    .line(String.format(
                            Locale.ROOT,
                            "%s: %,d rows in %d tables %s schema %s (%s)",
                            file.getFileName(),
                            tally.rows(),
                            tally.rowsByTable().size(),
                            dryRun ? "would go into" : "are in",
                            into,
                            took(begin)));
        });
    }

    private void archive(InputStream in, ObjectNode result, ByteProgress progress, long begin) throws IOException {
        if (databaseUrl != null || !also.isEmpty()) {
            throw Failure.usage(file + " is an archive: it goes into a directory, not into a database");
        }
        Path directory = Path.of(into);
        BlobArchive archive = new BlobArchive(directory, bytesMax, BlobArchive.ENTRIES_MAX);
        if (dryRun) {
            archive.rehearse(in, replace);
        } else {
            archive.unpack(in, replace);
        }
        progress.end();
        result.put("kind", "archive").put("directory", directory.toString()).put("dryRun", dryRun);
        result.put("files", archive.files()).put("bytes", archive.bytes());
        print(result, begin, () -> terminal()
                .line(String.format(
                        Locale.ROOT,
                        "%s: %,d files of %,d bytes %s %s (%s)",
                        file.getFileName(),
                        archive.files(),
                        archive.bytes(),
                        dryRun ? "would go into" : "are in",
                        directory,
                        took(begin))));
    }

    private void print(ObjectNode result, long begin, Runnable text) {
        if (isJson()) {
            terminal().json(result.put("seconds", seconds(begin)));
        } else {
            text.run();
        }
    }

    private Map<String, String> targets() {
        Map<String, String> targets = new LinkedHashMap<>();
        targets.put(from, into);
        targets.putAll(also);
        targets.values().forEach(StageCommand::checkName);
        return targets;
    }

    /** Schemas that are somebody's already, whether they exist or not. */
    private static void checkName(String schema) {
        boolean taken = schema.isBlank()
                || schema.startsWith("pg_")
                || schema.equals("information_schema")
                || schema.equals("public")
                || schema.equals("godwit");
        if (taken) {
            throw Failure.usage(
                    "a dump cannot be staged into schema \"" + schema + "\"; choose a new one, such as legacy");
        }
    }

    private DatabaseUrl database() {
        return DatabaseUrl.parse(
                databaseUrl != null
                        ? databaseUrl
                        : Stack.at(stateDirectory()).describe().database().url());
    }

    private static double seconds(long begin) {
        return Math.round((System.nanoTime() - begin) / 1e7) / 100.0;
    }

    private static String took(long begin) {
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
    }
}
