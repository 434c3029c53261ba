package dev.godwit.migration.operation;

import dev.godwit.migration.definition.TableName;
import java.util.Optional;

/**
 * A table whose changes a run must hear of.
 *
 * @param column what names a row for the operation beside the primary key, where that is another column
 */
public record Watched(TableName table, Optional<String> column) {}
