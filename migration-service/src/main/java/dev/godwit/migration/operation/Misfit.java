package dev.godwit.migration.operation;

/**
 * Why a definition does not fit its tables.
 *
 * @param code stable
 * @param remedy the way out
 */
public record Misfit(String code, String message, String remedy) {}
