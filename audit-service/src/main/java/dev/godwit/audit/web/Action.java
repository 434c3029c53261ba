package dev.godwit.audit.web;

import dev.godwit.audit.run.Run;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What an operator can ask of a run from its page. Whether it is legal is decided by migration-service; this only says when it is offered. */
public enum Action {
    PAUSE(
            "Pause",
            "Batches in hand end, then nothing is written. What the application changes meanwhile is remembered."),
    RESUME("Resume", "The run goes on where it was."),
    COMPLETE(
            "Complete",
            "The run proves that it is caught up, verifies every row, and ends. Do this when the application writes the new form only."),
    RETRY(
            "Retry quarantined",
            "Entities that failed are tried again. Mend the cause first, or they fail for the same reason."),
    CANCEL("Cancel", "The run ends for good. What it wrote stays, and can be rolled back."),
    ROLLBACK(
            "Roll back",
            "Rows that still are as the run left them are restored. Those that somebody has changed since are left and reported as diverged.");

    private static final Map<Action, Set<String>> STATES = Map.of(
            PAUSE, Set.of("backfilling", "following", "verifying", "rolling-back"),
            RESUME, Set.of("paused", "failed"),
            COMPLETE, Set.of("following"),
            RETRY, Set.of("backfilling", "following", "verifying", "paused"),
            CANCEL, Set.of("planning", "backfilling", "following", "verifying", "paused", "failed"),
            ROLLBACK, Set.of("paused", "failed", "completed", "cancelled"));

    private static final Set<Action> OF_COMMITS = Set.of(ROLLBACK, COMPLETE, RETRY);

    private final String title;
    private final String consequence;

    Action(String title, String consequence) {
        this.title = title;
        this.consequence = consequence;
    }

    /** The action of this wire name. */
    static Optional<Action> find(String name) {
        return Arrays.stream(values())
                .filter(action -> action.wireName().equals(name))
                .findFirst();
    }

    /** Those that make sense for the run as it is. */
    static List<Action> of(Run run) {
        return Arrays.stream(values()).filter(action -> action.isOffered(run)).toList();
    }

    private boolean isOffered(Run run) {
        boolean nothingToRetry = this == RETRY && run.counts().path("failed").asLong() == 0;
        return STATES.get(this).contains(run.state())
                && !nothingToRetry
                && (run.mode().equals("commit") || !OF_COMMITS.contains(this));
    }

    /** As the path of the command says it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What its button says. */
    public String title() {
        return title;
    }

    /** What happens then, in words. */
    public String consequence() {
        return consequence;
    }

    /** Whether something is lost or undone by it. */
    public boolean isGrave() {
        return this == CANCEL || this == ROLLBACK;
    }
}
