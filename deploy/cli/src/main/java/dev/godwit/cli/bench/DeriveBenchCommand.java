package dev.godwit.cli.bench;

import picocli.CommandLine.Command;

/** Measures the derive. */
@Command(
        name = "derive",
        description =
                "Assign documents to their owners: one INSERT … SELECT over the whole table and Godwit, interleaved.")
public final class DeriveBenchCommand extends ContestBenchCommand {

    public DeriveBenchCommand() {
        super(new DeriveContest());
    }
}
