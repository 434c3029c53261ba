package dev.godwit.migration.run;

import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Window;
import java.util.List;
import java.util.Optional;

/**
 * Asks for a run. Names what is on disk; never carries SQL.
 *
 * @param commandId idempotency key; the same id twice starts one run
 * @param commit false: a plan, which cannot write
 * @param limit at most so many entities are migrated
 * @param only just these keys
 * @param plan id of the plan that the commit trusts: refused if definition or catalog changed since
 * @param follow stay in {@code following} until asked to complete
 * @param maxRate cap in entities per second
 * @param pace empty: the configured one for a commit, full for a plan, which only reads
 * @param window hours in which its chunks may be worked on; empty: always
 * @param requireArchiving refuse unless the server archives its WAL, and the newest segment could be archived
 * @param traceparent of the span in which it was received
 */
public record StartCommand(
        String commandId,
        String migration,
        boolean commit,
        Optional<Long> limit,
        List<String> only,
        Optional<String> plan,
        boolean follow,
        Optional<Integer> maxRate,
        Optional<PaceLevel> pace,
        Optional<Window> window,
        boolean requireArchiving,
        String requestedBy,
        Optional<String> reason,
        Optional<String> traceparent) {

    /** Largest number of keys that one command may name. */
    public static final int KEYS_MAX = 1000;

    public StartCommand {
        only = List.copyOf(only);
    }

    /** The same, received within a span. */
    public StartCommand within(Optional<String> span) {
        return new StartCommand(
                commandId,
                migration,
                commit,
                limit,
                only,
                plan,
                follow,
                maxRate,
                pace,
                window,
                requireArchiving,
                requestedBy,
                reason,
                span);
    }
}
