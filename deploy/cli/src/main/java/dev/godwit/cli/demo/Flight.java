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
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Migrations from their definitions to their rollback, as somebody at the command line would fly them. */
public final class Flight {

    private static final String PILOT = "godwit demo";
    private static final Set<String> LEFT_OVER =
            Set.of("planning", "backfilling", "following", "verifying", "paused", "failed");

    private final MigrationClient client;
    private final RunWatch watch;

    public Flight(MigrationClient client) {
        this.client = client;
        this.watch = RunWatch.silent(client);
    }

    /** Cancels runs of these migrations that an interrupted demo left behind. */
    int cancelLeftOvers(Collection<String> migrations) {
        int cancelled = 0;
        for (JsonNode each : client.runs()) {
            Run run = new Run(each);
            if (migrations.contains(run.migration())
                    && run.mode().equals("commit")
                    && LEFT_OVER.contains(run.state())) {
                client.command(run.id(), "cancel", PILOT, Optional.of("left behind by an earlier demo"));
                watch.until(run.id(), now -> now.state().equals("cancelled"));
                cancelled++;
            }
        }
        return cancelled;
    }

    /** Puts a file where the service looks for those that definitions name. */
    void attach(String name, String text, Path directory) throws IOException {
        new Definitions(client, directory).attach(name, text);
    }

    /** Puts definitions where the service looks for them, and waits until all have been read: texts by name. */
    void define(Map<String, String> texts, Path directory) throws IOException {
        new Definitions(client, directory).install(texts);
    }

    /** @throws Failure when the service refuses it */
    public Run plan(String migration) {
        Run run = client.start(RunRequest.of(migration, false));
        return require(watch.untilSettled(run.id()), "planned");
    }

    /** Commits and follows the application; returns when every old row has been dealt with. */
    Run takeOff(String migration) {
        Run run = client.start(RunRequest.of(migration, true).withFollow());
        return require(watch.until(run.id(), now -> now.state().equals("following") || now.isSettled()), "following");
    }

    Run land(Run run) {
        client.command(run.id(), "complete", PILOT, Optional.empty());
        return require(watch.until(run.id(), now -> !now.state().equals("following") && now.isSettled()), "completed");
    }

    /** Commits and lets the run complete by itself. */
    Run hop(String migration) {
        Run run = client.start(RunRequest.of(migration, true));
        return require(watch.untilSettled(run.id()), "completed");
    }

    JsonNode previewRollback(Run run) {
        return client.rollback(run.id(), false, PILOT, Optional.empty());
    }

    Run rollBack(Run run) {
        client.rollback(run.id(), true, PILOT, Optional.of("the demo shows the way back"));
        return require(
                watch.until(run.id(), now -> !now.state().equals("completed") && now.isSettled()), "rolled-back");
    }

    private static Run require(Run run, String state) {
        if (!run.state().equals(state)) {
            throw Failure.failed(
                    "run " + run.id() + " is " + run.state() + (run.reason().isEmpty() ? "" : ": " + run.reason()));
        }
        return run;
    }
}
