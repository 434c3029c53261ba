package dev.godwit.migration.operation;

import dev.godwit.migration.definition.TableName;
import java.util.Optional;

/**
 * A column that refers to entities, as a plan shows it.
 *
 * @param kind how the column holds the key, as reports spell it
 * @param inBatch whether each batch rewrites it; else a sweep over its table does
 * @param missingIndex the statement that makes the index for want of which it is swept
 */
public record PlannedReference(
        TableName table, String column, String kind, boolean inBatch, Optional<String> missingIndex) {}
