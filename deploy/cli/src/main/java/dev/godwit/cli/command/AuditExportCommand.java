package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A run's trail as a signed file. */
@Command(
        name = "export",
        description =
                "Write a run's whole trail to a signed bundle that godwit audit verify proves without any service.")
public final class AuditExportCommand extends ServiceCommand {
    @Parameters(paramLabel = "RUN")
    private String run;

    @Option(names = "--out", paramLabel = "FILE", description = "Where to (default: RUN.jsonl).")
    private Path out;

    @Override
    public Integer call() {
        Path file = out == null ? Path.of(run.replaceAll("[^A-Za-z0-9._-]", "_") + ".jsonl") : out;
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (InputStream bundle = audit().bundle(run)) {
            Files.copy(bundle, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Failure.failed("cannot write " + file + ": " + e.getMessage(), e);
        }
        if (isJson()) {
            terminal().json(object().put("run", run).put("file", file.toString()));
        } else {
            terminal().line(file.toString());
        }
        return ExitCode.DONE;
    }
}
