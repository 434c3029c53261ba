package dev.godwit.audit.integrity;

import java.time.Instant;

/** A signed checkpoint as lists show it; {@code chains} is how many it covers that had grown, {@code hash} and {@code publicKey} are hex. */
public record SignedCheckpoint(long number, Instant madeAt, long chains, String hash, String publicKey) {}
