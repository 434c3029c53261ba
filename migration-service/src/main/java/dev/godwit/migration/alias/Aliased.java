package dev.godwit.migration.alias;

import dev.godwit.migration.definition.TableName;

/**
 * A foreign key whose old values are translated.
 *
 * @param column of {@code child}, which holds the key
 * @param type of the column, as a cast names it
 * @param parent whose keys change
 * @param relation number of the parent in the identity map
 */
public record Aliased(TableName child, String column, String type, TableName parent, String parentKey, int relation) {}
