package dev.godwit.cli.bench;

import picocli.CommandLine.Command;

/** Measures the transform. */
@Command(
        name = "transform",
        description = "Restructure the jsonb of documents: one UPDATE of the whole table and Godwit, interleaved.")
public final class TransformBenchCommand extends ContestBenchCommand {

    public TransformBenchCommand() {
        super(new TransformContest());
    }
}
