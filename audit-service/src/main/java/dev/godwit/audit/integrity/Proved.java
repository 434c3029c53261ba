package dev.godwit.audit.integrity;

import java.time.Instant;
import java.util.List;

/**
 * What the service has computed again by itself.
 *
 * @param at when it last did; null before the first time
 * @param millis how long that took
 * @param events all events that were computed again since ever, with their outcomes
 * @param waiting events that are signed and were not computed again yet
 * @param findings places that did not hold, the first of each chain; at most a hundred
 */
public record Proved(
        Instant at, long millis, long events, long outcomes, long waiting, List<CheckpointProof.Broken> findings) {}
