package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Series;
import picocli.CommandLine.Command;

/** The command {@code cancel}. */
@Command(
        name = "cancel",
        description = "End a run early; what is migrated stays migrated. Of a series: start no further run.")
public final class CancelCommand extends TransitionCommand {
    public CancelCommand() {
        super("cancel", "cancelled");
    }

    @Override
    public Integer call() {
        return Series.isId(run()) ? cancelSeries() : super.call();
    }

    private int cancelSeries() {
        MigrationClient client = migration();
        Series series = client.cancelSeries(run(), requestedBy(), reason());
        new WholePlan(this, client).print(series);
        return series.state().equals("cancelled") ? ExitCode.DONE : ExitCode.REFUSED;
    }
}
