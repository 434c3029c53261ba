package dev.godwit.migration.operation;

/**
 * What an operation costs, as measured; a rough figure until the run itself tells.
 *
 * @param walBytesPerRow write-ahead log of a row written and its journal, half of it full-page images
 * @param rowsPerSecond rows that two cores write at full pace
 */
public record Effort(long walBytesPerRow, double rowsPerSecond) {}
