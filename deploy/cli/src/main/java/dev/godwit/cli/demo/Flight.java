package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Definitions;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.client.RunWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One migration from its definition to its rollback, as somebody at the command line would fly it. */
final class Flight {

    private static final String PILOT = "godwit demo";
    private static final Set<String> LEFT_OVER =
            Set.of("planning", "backfilling", "following", "verifying", "paused", "failed");

    private final MigrationClient client;
    private final RunWatch watch;
    private final String migration;

    Flight(MigrationClient client, String migration, Consumer<Run> progress) {
        this.client = client;
        this.migration = migration;
        this.watch = new RunWatch(client, progress, message -> {});
    }

    /** Cancels runs that an interrupted demo left behind. */
    int cancelLeftOvers() {
        int cancelled = 0;
        for (JsonNode each : client.runs()) {
            Run run = new Run(each);
            if (run.migration().equals(migration) && run.mode().equals("commit") && LEFT_OVER.contains(run.state())) {
                client.command(run.id(), "cancel", PILOT, Optional.of("left behind by an earlier demo"));
                watch.until(run.id(), now -> now.state().equals("cancelled"));
                cancelled++;
            }
        }
        return cancelled;
    }

    /** Puts the definition where the service looks for definitions, and waits until it has been read. */
    void define(String definition, Path directory) throws IOException {
        new Definitions(client, directory).install(migration, definition);
    }

    Run plan() {
        Run run = client.start(request(false));
        return require(watch.untilSettled(run.id()), "planned");
    }

    /** Commits and follows the application; returns when every old row has moved. */
    Run takeOff() {
        Run run = client.start(request(true).withFollow());
        return require(watch.until(run.id(), now -> now.state().equals("following") || now.isSettled()), "following");
    }

    Run land(Run run) {
        client.command(run.id(), "complete", PILOT, Optional.empty());
        return require(watch.until(run.id(), now -> !now.state().equals("following") && now.isSettled()), "completed");
    }

    JsonNode previewRollback(Run run) {
        return client.rollback(run.id(), false, PILOT, Optional.empty());
    }

    Run rollBack(Run run) {
        client.rollback(run.id(), true, PILOT, Optional.of("the demo shows the way back"));
        return require(
                watch.until(run.id(), now -> !now.state().equals("completed") && now.isSettled()), "rolled-back");
    }

    private RunRequest request(boolean commit) {
        return RunRequest.of(migration, commit);
    }

    private static Run require(Run run, String state) {
        if (!run.state().equals(state)) {
            throw Failure.failed(
                    "run " + run.id() + " is " + run.state() + (run.reason().isEmpty() ? "" : ": " + run.reason()));
        }
        return run;
    }
}
