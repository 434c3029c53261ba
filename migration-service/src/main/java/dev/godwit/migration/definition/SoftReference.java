package dev.godwit.migration.definition;

import java.util.Objects;
import java.util.Optional;

/**
 * A column that holds keys of the migrated table although no foreign key says so.
 *
 * @param path steps to the key inside JSON: {@code $}, {@code .name}, {@code ."any name"}, {@code [*]}, {@code [n]}, {@code .**}
 * @param pattern text around the key: <code>{key}</code> exactly once, {@code *} for any run of characters but {@code /}, all else literal
 * @param when SQL condition over the referencing table's columns under which the column holds such a key
 */
public record SoftReference(
        TableName table, String column, Optional<String> path, Optional<String> pattern, Optional<String> when) {

    public SoftReference {
        Objects.requireNonNull(table);
        Objects.requireNonNull(column);
        if (path.isPresent() && pattern.isPresent()) {
            throw new IllegalArgumentException("a reference has a path or a pattern, not both");
        }
    }
}
