package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the skeleton of a definition, and the schema by which an editor completes it. */
@Command(
        name = "init",
        description =
                "Write the skeleton of a definition, to be filled in, and beside it the JSON Schema by which editors"
                        + " complete and check definitions.")
public final class InitCommand extends GodwitCommand {
    /** Kinds of migrations, as definitions spell them. */
    enum Kind {
        REKEY,
        TRANSFORM,
        DERIVE,
        IMPORT,
        SCHEMA
    }

    /** Name of the schema beside the definitions; each skeleton's first line tells it to the editor. */
    static final String SCHEMA = "definition.schema.json";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*");
    private static final int NAME_LENGTH_MAX = 63;

    @Parameters(paramLabel = "NAME", description = "Name of the migration: lower-case words joined by '-'.")
    private String name;

    @Option(
            names = "--kind",
            required = true,
            paramLabel = "KIND",
            description = "What the migration does: ${COMPLETION-CANDIDATES}, in any case.")
    private Kind kind;

    @Option(
            names = "--migrations",
            paramLabel = "DIR",
            defaultValue = CheckCommand.DIRECTORY,
            description = "Directory of the definitions (default: ${DEFAULT-VALUE}); made when it is missing.")
    private Path directory;

    @Override
    public Integer call() {
        if (name.length() > NAME_LENGTH_MAX || !NAME.matcher(name).matches()) {
            throw Failure.usage(
                    "'" + name + "' is no name of a migration; use lower-case letters and digits in words joined"
                            + " by '-', at most " + NAME_LENGTH_MAX + " characters");
        }
        Path file = directory.resolve(name + ".yaml");
        try {
            Files.createDirectories(directory);
            Files.writeString(file, skeleton(), StandardOpenOption.CREATE_NEW);
            Files.writeString(
                    directory.resolve(SCHEMA), Files.readString(Home.find().definitionSchema()));
        } catch (FileAlreadyExistsException e) {
            throw Failure.usage(file + " is there already; choose another name, or delete it first");
        } catch (IOException e) {
            throw Failure.failed("cannot write " + file + " (" + e.getMessage() + ")", e);
        }
        if (isJson()) {
            terminal().json(RestClient.JSON.createObjectNode().put("file", file.toString()));
        } else {
            terminal().line(file.toString());
            terminal().note("fill it in, then: godwit check " + directory);
        }
        return ExitCode.DONE;
    }

    private String skeleton() throws IOException {
        String resource = "/dev/godwit/cli/init/" + kind.name().toLowerCase(Locale.ROOT) + ".yaml";
        try (InputStream in = InitCommand.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("NAME", name);
        }
    }
}
