package dev.godwit.migration.pace;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;

/** What this instance last heard of the pace of runs at work, so that a worker at full speed need not ask the database before each batch. At most a round old. */
@ApplicationScoped
public class PaceBoard {

    private volatile Map<String, Posted> posted = Map.of();

    /**
     * A run's pace.
     *
     * @param stopped whether a signal is beyond its hard limit
     * @param held whether it stands still for so long that its messages need not wait in the queue
     */
    record Posted(Terms terms, boolean stopped, boolean held) {}

    /** Replaces all that was known. */
    void post(Map<String, Posted> runs) {
        posted = Map.copyOf(runs);
    }

    /** Empty for a run that was not at work yet when the board was written. */
    Optional<Posted> find(String runId) {
        return Optional.ofNullable(posted.get(runId));
    }
}
