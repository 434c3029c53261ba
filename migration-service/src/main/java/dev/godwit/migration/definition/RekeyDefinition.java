package dev.godwit.migration.definition;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Gives the rows of a table new keys and carries every reference along.
 *
 * @param key column of {@code table} that is rewritten, spelled as in the catalog
 * @param where SQL condition over the table's columns that limits the entities; {@code true} when the file has none
 * @param references columns that hold keys without a foreign key that says so
 * @param children tables whose own keys derive from the rewritten key
 * @param aliases whether triggers translate old parent keys of children that the application inserts
 * @param survivor who stays of entities with the same new key; present exactly when {@code onDuplicate} is MERGE
 * @param created SQL expression over the table's columns that says when a row was made, a date or time; only the health of new rows asks for it
 */
public record RekeyDefinition(
        TableName table,
        String key,
        KeyExpression to,
        String where,
        List<SoftReference> references,
        List<DerivedChild> children,
        boolean aliases,
        Triggers triggers,
        OnDuplicate onDuplicate,
        Optional<Survivor> survivor,
        Optional<String> created)
        implements OperationDefinition {

    /** The section's name in a file. */
    public static final String KIND = "rekey";

    public RekeyDefinition {
        Objects.requireNonNull(table);
        Objects.requireNonNull(key);
        Objects.requireNonNull(to);
        Objects.requireNonNull(where);
        Objects.requireNonNull(triggers);
        Objects.requireNonNull(onDuplicate);
        Objects.requireNonNull(created);
        references = List.copyOf(references);
        children = List.copyOf(children);
        if (survivor.isPresent() != (onDuplicate == OnDuplicate.MERGE)) {
            throw new IllegalArgumentException("a survivor is named exactly when duplicates are merged");
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Set<TableName> tables() {
        Set<TableName> tables = rekeyedTables();
        references.forEach(reference -> tables.add(reference.table()));
        return tables;
    }

    @Override
    public Set<TableName> rekeyedTables() {
        Set<TableName> tables = new LinkedHashSet<>();
        tables.add(table);
        children.forEach(child -> tables.add(child.table()));
        return tables;
    }

    @Override
    public <R> R byKind(Kinds<R> kinds) {
        return kinds.rekey(this);
    }
}
