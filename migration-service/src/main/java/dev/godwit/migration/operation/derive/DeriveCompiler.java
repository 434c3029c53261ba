package dev.godwit.migration.operation.derive;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.WatchedTable;
import dev.godwit.migration.operation.LooseCast;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.derive.DeriveModel.Watch;
import dev.godwit.migration.operation.derive.DeriveModel.Yielded;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Joins a derive with its tables. */
public final class DeriveCompiler {

    private DeriveCompiler() {}

    /** A query that yields no row, and so tells the columns of {@code rows} at no cost. */
    public static String describe(DeriveDefinition definition) {
        return """
                SELECT godwit_r.*
                  FROM %s AS godwit_e
                 CROSS JOIN LATERAL (
                    WITH entity AS NOT MATERIALIZED (SELECT godwit_e.*)
                    SELECT *
                      FROM (%s
                           ) AS godwit_r) AS godwit_r
                 LIMIT 0
                """.formatted(definition.from().quoted(), definition.rows());
    }

    /**
     * The model.
     *
     * @param tables those that the definition names, and their leaf partitions
     * @param columns names of the columns that {@code rows} yields
     * @throws IllegalArgumentException when {@link DeriveMisfits} has something to say
     */
    public static DeriveModel compile(DeriveDefinition definition, Map<TableName, Table> tables, List<String> columns) {
        new DeriveMisfits(definition, tables, columns)
                .find().stream().findFirst().ifPresent(misfit -> {
                    throw new IllegalArgumentException(misfit.message() + "; " + misfit.remedy());
                });
        Table root = tables.get(definition.from());
        Table target = tables.get(definition.into());
        Column key = root.column(key(definition, root).orElseThrow()).orElseThrow();
        return new DeriveModel(
                definition,
                root.name(),
                key.name(),
                KeyType.of(key.baseType()),
                leaves(root, tables),
                target.name(),
                leaves(target, tables),
                columns.stream()
                        .map(name -> target.column(name).orElseThrow())
                        .map(column -> new Yielded(column.name(), LooseCast.of(column)))
                        .toList(),
                parts(target, definition.identity()),
                parts(target, targetKey(definition, target)),
                TableShape.of(target).dependents(),
                definition.watch().stream()
                        .map(watched -> watch(watched, tables.get(watched.table())))
                        .toList());
    }

    /** The column that names an entity. */
    static Optional<String> key(DeriveDefinition definition, Table root) {
        return definition.key().or(root::primaryKeyColumn);
    }

    private static List<String> targetKey(DeriveDefinition definition, Table target) {
        return target.primaryKey().map(Index::columns).orElse(definition.identity());
    }

    private static List<TableName> leaves(Table table, Map<TableName, Table> tables) {
        return tables.values().stream()
                .filter(leaf -> table.leaves().contains(leaf.oid()))
                .map(Table::name)
                .toList();
    }

    private static Watch watch(WatchedTable watched, Table table) {
        List<String> primaryKey = table.primaryKey().map(Index::columns).orElseThrow();
        return new Watch(watched.table(), parts(table, primaryKey), watched.entity());
    }

    private static List<Part> parts(Table table, List<String> names) {
        return names.stream()
                .map(name -> table.column(name).orElseThrow())
                .map(column ->
                        new Part(column.name(), KeyType.of(column.baseType()).castName(), !column.notNull()))
                .toList();
    }

    /** Whether the index keeps two rows of the same identity apart, those with nulls in it included. */
    static boolean keepsApart(Index index, Table target, List<String> identity) {
        boolean nullsMatter = index.nullsNotDistinct()
                || identity.stream()
                        .flatMap(name -> target.column(name).stream())
                        .allMatch(Column::notNull);
        return index.unique()
                && index.valid()
                && !index.deferrable()
                && !index.partial()
                && !index.expression()
                && nullsMatter
                && Set.copyOf(index.columns()).equals(Set.copyOf(identity));
    }

    /** The statement that makes such an index. */
    static String missingIndex(Table target, List<String> identity) {
        boolean nullable =
                identity.stream().flatMap(name -> target.column(name).stream()).anyMatch(column -> !column.notNull());
        String columns = identity.stream().map(Identifier::quote).collect(Collectors.joining(", "));
        return "CREATE UNIQUE INDEX CONCURRENTLY ON " + target.name().quoted() + " (" + columns + ")"
                + (nullable ? " NULLS NOT DISTINCT" : "");
    }
}
