package dev.godwit.migration.operation.transform;

/**
 * Why a definition does not fit its table.
 *
 * @param code stable
 * @param remedy the way out
 */
public record Misfit(String code, String message, String remedy) {}
