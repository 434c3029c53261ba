package dev.godwit.audit.run;

import java.time.Instant;

/** One change of a run's state: when, from what, by whom and why. */
public record Transition(
        String state, String previousState, String reason, String requestedBy, long version, Instant at) {}
