package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.client.Series;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a migration. */
@Command(name = "run", description = "Run a migration; a dry-run unless --commit is given.")
public final class RunCommand extends ServiceCommand {
    @Parameters(paramLabel = "MIGRATION", arity = "1..*")
    private List<String> migrations;

    @Option(
            names = "--with-dependencies",
            description = "Run whatever the migrations still need, too, in the graph's order; one report.")
    private boolean withDependencies;

    @Option(names = "--commit", description = "Write.")
    private boolean commit;

    @Option(names = "--plan", paramLabel = "RUN", description = "Refuse when this dry-run no longer holds.")
    private String plan;

    @Option(
            names = "--follow",
            description =
                    "Keep migrating what the application writes until `godwit complete`; return once it has caught up.")
    private boolean follow;

    @Option(names = "--max-rate", paramLabel = "N", description = "At most so many entities per second.")
    private Integer maxRate;

    @Mixin
    private StartOptions options;

    @Override
    public Integer call() {
        check();
        MigrationClient client = migration();
        if (withDependencies) {
            return runAll(client);
        }
        RunRequest request = options.request(
                migrations.get(0), commit, Optional.ofNullable(plan), follow, Optional.ofNullable(maxRate));
        if (!commit) {
            return PlanCommand.dryRun(this, client, request, options.isNoWait());
        }
        Run started = client.start(request);
        if (options.isNoWait()) {
            printRun(started);
            return ExitCode.DONE;
        }
        Run ended = await(
                client,
                watch -> watch.until(
                        started.id(),
                        run -> run.isSettled() || (follow && run.state().equals("following"))));
        printRun(ended);
        if (!isJson()) {
            RunReport.printPlan(terminal(), ended.state().equals("failed") ? ended.plan() : object());
            hint(ended);
        }
        return ended.exitCode("completed");
    }

    private void check() {
        if (!commit && (plan != null || follow)) {
            throw Failure.usage("--plan and --follow are for runs that write; add --commit");
        }
        if (migrations.size() > 1 && !withDependencies) {
            throw Failure.usage("several migrations run together with what they need: add --with-dependencies");
        }
        if (withDependencies
                && (plan != null
                        || maxRate != null
                        || options.isPartial()
                        || options.hasWindow()
                        || options.isRequireArchiving())) {
            throw Failure.usage(
                    "--plan, --max-rate, --only-between, --require-archiving, --only and --limit are about one migration; leave out --with-dependencies");
        }
    }

    private int runAll(MigrationClient client) {
        Series started = client.startSeries(
                migrations, commit, follow, options.pace(), requestedBy(), options.reason(), options.commandId());
        WholePlan whole = new WholePlan(this, client);
        return whole.print(options.isNoWait() ? started : whole.await(started.id()));
    }

    private void hint(Run run) {
        switch (run.state()) {
            case "completed" -> terminal().note("the report: godwit report " + run.id());
            case "following" -> terminal().note("it follows the application; to end it: godwit complete " + run.id());
            case "paused", "failed" ->
                terminal().note("to go on: godwit resume " + run.id() + "; to undo: godwit rollback " + run.id());
            default -> {}
        }
    }
}
