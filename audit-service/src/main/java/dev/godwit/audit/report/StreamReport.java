package dev.godwit.audit.report;

/**
 * One stream of a run: what has arrived beside what the run's end event names.
 *
 * @param expectedSequence the last event as the run's end names it; null while the run goes on, and for a stream that the end does not name
 * @param missing events up to the expected one, or else up to the highest that arrived, that are not here
 * @param complete whether everything up to the named end is here and the hash there is the named one
 */
public record StreamReport(
        String stream,
        String lane,
        long events,
        long outcomes,
        long lastSequence,
        String lastHash,
        Long expectedSequence,
        String expectedHash,
        long missing,
        boolean complete) {}
