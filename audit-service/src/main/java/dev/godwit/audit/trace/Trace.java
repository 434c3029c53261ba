package dev.godwit.audit.trace;

import java.time.Instant;
import java.util.List;

/**
 * The story of one entity.
 *
 * @param key the id that was asked for
 * @param ids all ids it is known to have had, the one asked for included
 * @param steps what happened, oldest first
 * @param truncated whether there is more than is told
 * @param keptSince what happened before is no longer kept, and may have begun the story or be all of it; null where nothing was let go
 */
public record Trace(
        String table, String key, List<String> ids, List<Step> steps, boolean truncated, Instant keptSince) {

    /** One outcome; those of mode {@code plan} tell what a commit would have done. */
    public record Step(
            Instant at,
            String run,
            String migration,
            String mode,
            String lane,
            String stream,
            long sequence,
            String commandId,
            String key,
            String newKey,
            String outcome,
            String reason,
            String detail) {}
}
