package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.terminal.ProgressLine;
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

    protected MigrationClient migration() {
        return new MigrationClient(given(url, "GODWIT_URL")
                .map(List::of)
                .orElseGet(
                        () -> Stack.at(stateDirectory()).describe().migration().urls()));
    }

    protected AuditClient audit() {
        return new AuditClient(given(auditUrl, "GODWIT_AUDIT_URL")
                .orElseGet(() -> Stack.at(stateDirectory()).describe().audit().url()));
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
