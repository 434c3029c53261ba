package dev.godwit.migration.operation.imports;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.ImportedValue;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.LooseCast;
import dev.godwit.migration.operation.RowName;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.imports.ImportModel.Stored;
import dev.godwit.migration.operation.imports.ImportModel.Value;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Joins an import with its tables. */
public final class ImportCompiler {

    private ImportCompiler() {}

    /**
     * The model.
     *
     * @param source the table that rows come from, and its leaf partitions, as the catalog of its database knows them
     * @param target the table that gets rows, and its leaf partitions
     * @throws IllegalArgumentException when {@link ImportMisfits} has something to say
     */
    public static ImportModel compile(
            ImportDefinition definition, Map<TableName, Table> source, Map<TableName, Table> target) {
        Table from = source.get(definition.from());
        Table into = target.get(definition.into());
        new ImportMisfits(definition, from, into).find().stream().findFirst().ifPresent(misfit -> {
            throw new IllegalArgumentException(misfit.message() + "; " + misfit.remedy());
        });
        Column key = from.column(key(definition, from).orElseThrow()).orElseThrow();
        List<String> targetKey = targetKey(definition, into);
        return new ImportModel(
                definition,
                from.name(),
                key.name(),
                KeyType.of(key.baseType()),
                leaves(from, source),
                into.name(),
                leaves(into, target),
                definition.set().entrySet().stream()
                        .map(set -> value(into.column(set.getKey()).orElseThrow(), set.getValue()))
                        .toList(),
                targetKey.stream()
                        .filter(name -> !definition.set().containsKey(name))
                        .toList(),
                new RowName(parts(into, targetKey, false)),
                uniques(definition, into, targetKey),
                TableShape.of(into).dependents(),
                into.columns().stream()
                        .filter(column -> !isComputed(column))
                        .map(ImportCompiler::stored)
                        .toList());
    }

    /** The column that names an entity. */
    static Optional<String> key(ImportDefinition definition, Table from) {
        return definition.key().or(from::primaryKeyColumn);
    }

    /** Columns that name a row of the target; none when nothing does. */
    static List<String> targetKey(ImportDefinition definition, Table into) {
        return into.primaryKey()
                .map(Index::columns)
                .orElse(definition.onConflict().columns());
    }

    static boolean isComputed(Column column) {
        return column.generatedStored() || column.generatedVirtual();
    }

    private static List<List<Part>> uniques(ImportDefinition definition, Table into, List<String> targetKey) {
        List<List<Part>> uniques = new ArrayList<>();
        List<String> declared = definition.onConflict().columns();
        if (!declared.isEmpty()) {
            boolean nulls =
                    uniqueIndex(into, declared).map(Index::nullsNotDistinct).orElse(false);
            uniques.add(parts(into, declared, nulls));
        }
        if (definition.set().keySet().containsAll(targetKey)
                && !Set.copyOf(targetKey).equals(Set.copyOf(declared))) {
            uniques.add(parts(into, targetKey, false));
        }
        return uniques;
    }

    /** The index that keeps rows with the same values in these columns apart. */
    static Optional<Index> uniqueIndex(Table table, List<String> columns) {
        return table.indexes().stream()
                .filter(index -> index.unique()
                        && index.valid()
                        && !index.deferrable()
                        && !index.partial()
                        && !index.expression()
                        && Set.copyOf(index.columns()).equals(Set.copyOf(columns)))
                .findFirst();
    }

    private static List<TableName> leaves(Table table, Map<TableName, Table> tables) {
        return tables.values().stream()
                .filter(leaf -> table.leaves().contains(leaf.oid()))
                .map(Table::name)
                .toList();
    }

    /** {@code nulls}: whether NULL equals NULL where the column may be null. */
    private static List<Part> parts(Table table, List<String> names, boolean nulls) {
        return names.stream()
                .map(name -> table.column(name).orElseThrow())
                .map(column ->
                        new Part(column.name(), KeyType.of(column.baseType()).castName(), nulls && !column.notNull()))
                .toList();
    }

    private static Value value(Column column, ImportedValue by) {
        return new Value(stored(column), by, LooseCast.of(column), column.identity() == 'a');
    }

    private static Stored stored(Column column) {
        return new Stored(column.name(), column.type(), column.bareType(), column.identity() == 'a');
    }
}
