package dev.godwit.migration.definition;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes rows of one table what rows of another say, which may belong to another schema or another database.
 *
 * @param from the table whose rows are the entities
 * @param into the table that gets the rows
 * @param key column that names an entity; the primary key when the file says nothing
 * @param set what each column of the target gets, in the order of the file
 * @param where SQL condition that limits the entities; {@code true} when the file has none
 * @param discard tables of the source that are left out on purpose
 */
public record ImportDefinition(
        TableName from,
        TableName into,
        Optional<String> key,
        Map<String, ImportedValue> set,
        String where,
        OnConflict onConflict,
        OnDelete onDelete,
        Optional<BlobColumns> blobs,
        Set<TableName> discard)
        implements OperationDefinition {

    /** The section's name in a file. */
    public static final String KIND = "import";

    public ImportDefinition {
        Objects.requireNonNull(from);
        Objects.requireNonNull(into);
        Objects.requireNonNull(key);
        Objects.requireNonNull(where);
        Objects.requireNonNull(onConflict);
        Objects.requireNonNull(onDelete);
        Objects.requireNonNull(blobs);
        set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
        discard = Collections.unmodifiableSet(new LinkedHashSet<>(discard));
        if (set.isEmpty()) {
            throw new IllegalArgumentException("an import sets at least one column");
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public TableName table() {
        return from;
    }

    @Override
    public Set<TableName> tables() {
        return from.source().isPresent() ? Set.of(into) : new LinkedHashSet<>(List.of(from, into));
    }

    @Override
    public Set<TableName> rekeyedTables() {
        return Set.of();
    }

    /** Imports whose identities this one looks up. */
    public Set<String> identities() {
        return set.values().stream()
                .filter(ImportedValue.Identity.class::isInstance)
                .map(value -> ((ImportedValue.Identity) value).migration())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    @Override
    public <R> R byKind(Kinds<R> kinds) {
        return kinds.imports(this);
    }
}
