package dev.godwit.migration.definition;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Changes columns of a table's rows in place.
 *
 * @param key column that names a row; the primary key when the file says nothing
 * @param pending SQL condition that is true for rows still to be changed: f(f(x)) is not f(x)
 * @param set SQL expression per column, in the order of the file
 * @param where SQL condition that limits the entities; {@code true} when the file has none
 */
public record TransformDefinition(
        TableName table,
        Optional<String> key,
        String pending,
        Optional<FunctionsFile> functions,
        Map<String, String> set,
        String where,
        Writers writers,
        Optional<ConstraintSwap> constraint,
        Triggers triggers)
        implements OperationDefinition {

    /** The section's name in a file. */
    public static final String KIND = "transform";

    public TransformDefinition {
        Objects.requireNonNull(table);
        Objects.requireNonNull(pending);
        Objects.requireNonNull(where);
        Objects.requireNonNull(writers);
        Objects.requireNonNull(triggers);
        set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
        if (set.isEmpty()) {
            throw new IllegalArgumentException("a transform sets at least one column");
        }
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Set<TableName> tables() {
        return Set.of(table);
    }

    @Override
    public Set<TableName> rekeyedTables() {
        return Set.of();
    }

    @Override
    public Map<String, String> attachments() {
        return functions.map(file -> Map.of(file.name(), file.sql())).orElse(Map.of());
    }

    @Override
    public <R> R byKind(Kinds<R> kinds) {
        return kinds.transform(this);
    }
}
