package dev.godwit.migration.operation.imports;

import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.ImportedValue;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.RowName;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.TableShape.Dependent;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An import joined with the catalogs of its two sides: everything that is known before a row is read.
 *
 * @param key column that names an entity
 * @param leaves the heaps of the source whose blocks are scanned
 * @param targetLeaves the heaps of the table that gets the rows
 * @param values what columns of the target get, in the order of the file
 * @param drawn columns of the target's key that nothing is said about: their values are drawn from the column's sequence
 * @param targetName how a row of the target is named
 * @param uniques sets of columns by which a row of the target takes the place of another; those of {@code on-conflict} first
 * @param dependents foreign keys of others to the target
 * @param stored columns of the target that hold a value of their own
 */
public record ImportModel(
        ImportDefinition definition,
        TableName root,
        String key,
        KeyType keyType,
        List<TableName> leaves,
        TableName target,
        List<TableName> targetLeaves,
        List<Value> values,
        List<String> drawn,
        RowName targetName,
        List<List<Part>> uniques,
        List<Dependent> dependents,
        List<Stored> stored) {

    public ImportModel {
        leaves = List.copyOf(leaves);
        targetLeaves = List.copyOf(targetLeaves);
        values = List.copyOf(values);
        drawn = List.copyOf(drawn);
        uniques = uniques.stream().map(List::copyOf).toList();
        dependents = List.copyOf(dependents);
        stored = List.copyOf(stored);
    }

    /**
     * A column that is set.
     *
     * @param cast the type that makes of a text what the column will hold, without cutting anything off
     * @param always whether PostgreSQL itself gives the column its values, so that an INSERT must insist and an UPDATE cannot
     */
    public record Value(Stored column, ImportedValue by, String cast, boolean always) {

        public String name() {
            return column.name();
        }

        /** How many texts the target needs to know the value. */
        public int slots() {
            return by instanceof ImportedValue.Identity identity
                            && identity.otherwiseSql().isPresent()
                    ? 2
                    : 1;
        }
    }

    /**
     * A column that holds a value of its own.
     *
     * @param type as declared
     * @param bareType without length and with domains resolved
     */
    public record Stored(String name, String type, String bareType, boolean always) {}

    /** Values that a row that is there already can be given. */
    public List<Value> updatable() {
        return values.stream().filter(value -> !value.always()).toList();
    }

    /** Whether a row's name follows from what is set, and is not drawn. */
    public boolean namesRows() {
        return drawn.isEmpty();
    }

    /**
     * The values that name a row of the target, in the order of its name; empty where one of them is drawn, or is found only when the row is written. Together they tell the
     * name before anything of the row is written.
     */
    public Optional<List<Value>> naming() {
        List<Value> naming = targetName.key().stream()
                .flatMap(part -> values.stream().filter(value -> value.name().equals(part.name())))
                .filter(value -> value.by() instanceof ImportedValue.Computed)
                .toList();
        return naming.size() == targetName.key().size() ? Optional.of(naming) : Optional.empty();
    }

    /** Whether an INSERT has to insist on a value that PostgreSQL would give. */
    public boolean overriding() {
        return values.stream().anyMatch(Value::always)
                || stored.stream().anyMatch(column -> column.always() && drawn.contains(column.name()));
    }

    /** Texts that the target needs of a row. */
    public int slots() {
        return values.stream().collect(Collectors.summingInt(Value::slots));
    }
}
