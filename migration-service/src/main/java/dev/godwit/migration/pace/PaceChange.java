package dev.godwit.migration.pace;

import java.util.Optional;

/**
 * Asks another pace of a run that is there already.
 *
 * @param commandId idempotency key; the same id twice acts once
 * @param level empty: it stays as it is
 * @param window empty: it stays as it is
 * @param anyTime whether the run may work at any time from now on
 */
public record PaceChange(
        String run,
        String commandId,
        Optional<PaceLevel> level,
        Optional<Window> window,
        boolean anyTime,
        String requestedBy,
        Optional<String> reason) {}
