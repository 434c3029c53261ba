package dev.godwit.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Names what can be done with the audit trail itself. */
@Command(
        name = "audit",
        description = "The audit trail itself: prove it, take a run's part of it along, take a key out of it.",
        subcommands = {
            AuditIntegrityCommand.class,
            AuditExportCommand.class,
            AuditVerifyCommand.class,
            AuditRedactCommand.class
        })
public final class AuditCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what? godwit audit integrity, export RUN, verify BUNDLE or redact TABLE KEY");
    }
}
