package dev.godwit.migration.definition;

/** A query whose single value must read {@code expect}, as text, before a run completes. */
public record VerifyCheck(String name, String sql, String expect) {}
