package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.terminal.Terminal;

/** A series on the command line: watched to its end, and reported as one. */
final class WholePlan {
    private final ServiceCommand command;
    private final MigrationClient client;
    private final SeriesReport report;

    WholePlan(ServiceCommand command, MigrationClient client) {
        this.command = command;
        this.client = client;
        this.report = new SeriesReport(command.terminal());
    }

    /** Waits until no further run will be started, or none before the one in hand is told to complete. */
    Series await(String series) {
        Terminal terminal = command.terminal();
        return new RunWatch(client, run -> {}, terminal::note).untilOver(series, report::showChanges);
    }

    /** Prints it; answers the exit code of a command that asked for the whole of it. */
    int print(Series series) {
        if (command.isJson()) {
            command.terminal().json(series.json());
        } else {
            report.print(series);
            hint(series);
        }
        return series.isOver() ? series.exitCode() : ExitCode.DONE;
    }

    private void hint(Series series) {
        Terminal terminal = command.terminal();
        switch (series.state()) {
            case "running" -> running(series);
            case "failed" -> terminal.note("once the cause is gone, the same command does what is left");
            case "completed" -> {
                if (series.mode().equals("plan") && !series.members().isEmpty()) {
                    terminal.note("nothing was written; to do it, add --commit");
                }
            }
            default -> {}
        }
    }

    private void running(Series series) {
        command.terminal().note("it goes on; to see how far: godwit status " + series.id());
        series.members().stream()
                .filter(member -> member.runState().equals("following"))
                .forEach(member -> command.terminal()
                        .note(member.migration() + " follows the application; to end it: godwit complete "
                                + member.run()));
    }
}
