package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.terminal.ProgressLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A command that talks to the services, of the local stack or elsewhere. */
public abstract class ServiceCommand extends GodwitCommand {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Address of migration-service (default: the local stack's, or $$GODWIT_URL).")
    private String url;

    @Option(
            names = "--audit-url",
            paramLabel = "URL",
            description = "Address of audit-service (default: the local stack's, or $$GODWIT_AUDIT_URL).")
    private String auditUrl;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token that says who asks (default: $$GODWIT_TOKEN_FILE, the token in"
                    + " $$GODWIT_TOKEN, or the local stack's).")
    private String tokenFile;

    protected MigrationClient migration() {
        return given(url, "GODWIT_URL")
                .map(address -> new MigrationClient(List.of(address), token()))
                .orElseGet(() -> {
                    StackDescription stack = Stack.at(stateDirectory()).describe();
                    return new MigrationClient(stack.migration().urls(), token().or(stack::token));
                });
    }

    protected AuditClient audit() {
        return given(auditUrl, "GODWIT_AUDIT_URL")
                .map(address -> new AuditClient(address, token()))
                .orElseGet(() -> {
                    StackDescription stack = Stack.at(stateDirectory()).describe();
                    return new AuditClient(stack.audit().url(), token().or(stack::token));
                });
    }

    /** The token that was given; the local stack's is sent to the local stack alone. */
    private Optional<String> token() {
        return given(tokenFile, "GODWIT_TOKEN_FILE")
                .map(ServiceCommand::read)
                .or(() -> given(null, "GODWIT_TOKEN"))
                .map(String::strip);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw Failure.usage("cannot read the token in " + file);
        }
    }

    protected static String requestedBy() {
        return System.getProperty("user.name");
    }

    /** Waits with progress shown. */
    protected Run await(MigrationClient client, Wait wait) {
        ProgressLine progress = new ProgressLine(terminal());
        try {
            return wait.on(new RunWatch(client, progress::show, progress::note));
        } finally {
            progress.end();
        }
    }

    /** Prints how a run stands now: the last thing that a command about a run does. */
    protected void printRun(Run run) {
        if (isJson()) {
            terminal().json(withCounts(run));
        } else {
            RunReport.print(terminal(), run);
        }
    }

    private static ObjectNode withCounts(Run run) {
        ObjectNode object = run.json().deepCopy();
        if (!object.path("counts").isObject()) {
            object.set("counts", Run.zeroCounts());
        }
        return object;
    }

    private static Optional<String> given(String option, String variable) {
        return Optional.ofNullable(option != null ? option : System.getenv(variable))
                .filter(text -> !text.isBlank());
    }

    /** What to wait for. */
    protected interface Wait {
        Run on(RunWatch watch);
    }

    /** An object to fill for {@code --json}. */
    protected static ObjectNode object() {
        return RestClient.JSON.createObjectNode();
    }
}
