package dev.godwit.audit.trail;

/**
 * How far a stream has arrived.
 *
 * @param events events that are here
 * @param lastSequence the highest sequence number that is here
 * @param lastHash that event's hash in hex
 */
public record StreamState(String stream, String lane, long events, long outcomes, long lastSequence, String lastHash) {

    /** Events below the highest one that have not arrived. */
    public long missing() {
        return lastSequence - events;
    }
}
