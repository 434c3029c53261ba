package dev.godwit.migration.pace;

import dev.godwit.migration.clock.Steady;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What this instance last heard of the pace of runs at work, so that a worker at full speed need not ask the database before each batch. At most a round old. */
@ApplicationScoped
public class PaceBoard {

    private volatile Map<String, Posted> posted = Map.of();
    private volatile Instant postedAt = Steady.now();

    /**
     * A run's pace.
     *
     * @param stopped why it stands still: the name of a signal that is beyond its hard limit, or {@link Controller#WINDOW}
     * @param held whether it stands still for so long that its messages need not wait in the queue
     */
    record Posted(Terms terms, Optional<String> stopped, boolean held) {

        boolean isStopped() {
            return stopped.isPresent();
        }

        /** Whether it stands still for more than its hours. */
        boolean isBeyondLimit() {
            return stopped.filter(why -> !why.equals(Controller.WINDOW)).isPresent();
        }
    }

    /** Replaces all that was known. */
    void post(Map<String, Posted> runs) {
        posted = Map.copyOf(runs);
        postedAt = Steady.now();
    }

    /** Whether what it says was heard no longer ago than that. */
    boolean isNewerThan(Duration age) {
        return Steady.now().isBefore(postedAt.plus(age));
    }

    /** Empty for a run that was not at work yet when the board was written. */
    Optional<Posted> find(String runId) {
        return Optional.ofNullable(posted.get(runId));
    }
}
