package dev.godwit.migration.series;

import dev.godwit.migration.pace.PaceLevel;
import java.util.List;
import java.util.Optional;

/**
 * Asks for runs of several migrations: those named, and what they need.
 *
 * @param commandId idempotency key; the same id twice starts one series
 * @param commit false: plans, which cannot write
 * @param follow whether the named migrations follow the application until their runs are told to complete; what they need runs to its end
 * @param pace how fast its runs may go; empty: what a run has that asks for nothing
 * @param traceparent of the span in which it was received
 */
public record SeriesCommand(
        String commandId,
        List<String> migrations,
        boolean commit,
        boolean follow,
        Optional<PaceLevel> pace,
        String requestedBy,
        Optional<String> reason,
        Optional<String> traceparent) {

    /** Largest number of migrations that one command may name. */
    public static final int MIGRATIONS_MAX = 1000;

    public SeriesCommand {
        migrations = List.copyOf(migrations);
    }

    /** The same, received within a span. */
    public SeriesCommand within(Optional<String> span) {
        return new SeriesCommand(commandId, migrations, commit, follow, pace, requestedBy, reason, span);
    }
}
