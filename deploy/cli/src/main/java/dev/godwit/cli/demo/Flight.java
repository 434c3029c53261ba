package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Definitions;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Migrations from their definitions to their rollback, as somebody at the command line would fly them. */
public final class Flight {

    private static final String PILOT = "godwit demo";

    /** Whoever watches a demonstration has not the time that an application must be given. */
    private static final Optional<String> FULL = Optional.of("full");

    private static final Optional<String> LEFT_BEHIND = Optional.of("left behind by an earlier demo");
    private static final Set<String> RECORDED = Set.of("applied", "drifted");
    private static final Set<String> LEFT_OVER =
            Set.of("planning", "backfilling", "following", "verifying", "paused", "failed");

    private final MigrationClient client;
    private final RunWatch watch;

    public Flight(MigrationClient client) {
        this.client = client;
        this.watch = RunWatch.silent(client);
    }

    /** Ends what an interrupted demo left behind of these migrations: runs in hand are cancelled, and that they were applied is forgotten, since their tables go. */
    public int endLeftOvers(Collection<String> migrations) {
        int ended = 0;
        client.allSeries().stream()
                .filter(series -> !series.isOver()
                        && series.members().stream().anyMatch(member -> migrations.contains(member.migration())))
                .forEach(series -> client.cancelSeries(series.id(), PILOT, LEFT_BEHIND));
        for (Run run : client.runs()) {
            if (!migrations.contains(run.migration()) || !run.mode().equals("commit")) {
                continue;
            }
            if (LEFT_OVER.contains(run.state())) {
                client.command(run.id(), "cancel", PILOT, LEFT_BEHIND);
                watch.until(run.id(), now -> now.state().equals("cancelled"));
                ended++;
            } else if (run.state().equals("completed")) {
                client.command(run.id(), "forget", PILOT, LEFT_BEHIND);
                ended++;
            }
        }
        for (Node migration : graph().nodes()) {
            if (migrations.contains(migration.id())
                    && RECORDED.contains(migration.state().orElse(""))) {
                client.stamp(migration.id(), true, PILOT, LEFT_BEHIND);
            }
        }
        return ended;
    }

    /** All migrations that the service knows, with their states. */
    public Graph graph() {
        return Graph.of(Node.ofMigrations(client.migrations()));
    }

    /** Puts a file where the service looks for those that definitions name. */
    public void attach(String name, String text, Path directory) throws IOException {
        new Definitions(client, directory).attach(name, text);
    }

    /** Puts definitions where the service looks for them, and waits until all have been read: texts by name. */
    public void define(Map<String, String> texts, Path directory) throws IOException {
        new Definitions(client, directory).install(texts);
    }

    /** Puts the definition where the service looks for definitions, and waits until it has been read. */
    public void define(String migration, String definition, Path directory) throws IOException {
        new Definitions(client, directory).install(migration, definition);
    }

    /** @throws Failure when the service refuses it */
    public Run plan(String migration) {
        Run run = client.start(RunRequest.of(migration, false));
        return require(watch.untilSettled(run.id()), "planned");
    }

    /** Plans a migration with what it still depends on. */
    Series planAll(String migration) {
        return whole(migration, false);
    }

    /** Commits a migration with what it still depends on, and follows the application; returns when every old row has been dealt with. */
    Series takeOffAll(String migration) {
        return whole(migration, true);
    }

    private Series whole(String migration, boolean commit) {
        Series begun =
                client.startSeries(List.of(migration), commit, commit, FULL, PILOT, Optional.empty(), Optional.empty());
        return watch.untilOver(begun.id(), now -> {});
    }

    /** Commits migrations with what they still depend on. */
    public Series apply(List<String> migrations) {
        Series begun = client.startSeries(migrations, true, false, FULL, PILOT, Optional.empty(), Optional.empty());
        return watch.untilOver(begun.id(), now -> {});
    }

    /** Waits until no further run of it will be started. */
    Series untilOver(Series series) {
        return watch.untilOver(series.id(), now -> {});
    }

    /** How a migration fares now. */
    Vitals health(String migration) {
        return Vitals.of(client.healthNow(migration));
    }

    public Run run(String id) {
        return client.run(id);
    }

    /** Commits and follows the application; returns when every old row has been dealt with. */
    Run takeOff(String migration) {
        Run run = client.start(RunRequest.of(migration, true).withFollow().withPace("full"));
        return require(watch.until(run.id(), now -> now.state().equals("following") || now.isSettled()), "following");
    }

    Run land(Run run) {
        client.command(run.id(), "complete", PILOT, Optional.empty());
        return require(watch.until(run.id(), now -> !now.state().equals("following") && now.isSettled()), "completed");
    }

    /** Commits and lets the run complete by itself. */
    public Run hop(String migration) {
        Run run = client.start(RunRequest.of(migration, true).withPace("full"));
        return require(watch.untilSettled(run.id()), "completed");
    }

    public JsonNode previewRollback(Run run) {
        return client.rollback(run.id(), false, PILOT, Optional.empty());
    }

    public Run rollBack(Run run) {
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
