package dev.godwit.cli.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Names what can be measured. */
@Command(
        name = "bench",
        description = "Measure Godwit on this machine, through all of the stack.",
        subcommands = {
            RekeyBenchCommand.class,
            TransformBenchCommand.class,
            DeriveBenchCommand.class,
            ImportBenchCommand.class,
            AuditBenchCommand.class,
            ImpactBenchCommand.class,
            PagesBenchCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "which benchmark? godwit bench rekey, transform, derive, import, audit, impact or pages");
    }
}
