package dev.godwit.migration.operation.derive;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.WatchedTable;
import dev.godwit.migration.operation.transform.Misfit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What stands between a derive and its tables; nothing when it fits. */
public final class DeriveMisfits {

    private final DeriveDefinition definition;
    private final Table root;
    private final Table target;
    private final Map<TableName, Table> tables;
    private final List<String> columns;
    private final List<Misfit> misfits = new ArrayList<>();

    /** For these tables; {@code columns} are those that the query yields. */
    public DeriveMisfits(DeriveDefinition definition, Map<TableName, Table> tables, List<String> columns) {
        this.definition = definition;
        this.tables = tables;
        this.root = tables.get(definition.from());
        this.target = tables.get(definition.into());
        this.columns = columns;
    }

    public List<Misfit> find() {
        key();
        Set<String> seen = new HashSet<>();
        columns.forEach(name -> {
            if (!seen.add(name)) {
                add("column_twice", "derive.rows yields '" + name + "' twice", "name each column once, with AS");
            }
        });
        seen.forEach(this::yielded);
        definition.identity().forEach(this::identity);
        if (misfits.isEmpty()) {
            uniqueness();
        }
        definition.watch().stream().map(WatchedTable::table).distinct().forEach(this::watched);
        return List.copyOf(misfits);
    }

    private void key() {
        Optional<String> key = DeriveCompiler.key(definition, root);
        if (key.isEmpty()) {
            add(
                    "no_key",
                    root.name() + " has no primary key of one column",
                    "name a unique column that is never null in derive.key");
            return;
        }
        Optional<Column> column = root.column(key.get());
        if (column.isEmpty()) {
            unknown(root, key.get(), "derive.key");
            return;
        }
        boolean unique = root.indexes().stream().anyMatch(index -> index.makesUnique(key.get()));
        if (!unique || !column.get().notNull()) {
            add(
                    "key_not_unique",
                    "derive.key: " + root.name() + "." + key.get() + " may be null or occur twice",
                    "name a column with NOT NULL and a unique index");
        }
    }

    private void yielded(String name) {
        Optional<Column> column = target.column(name);
        if (column.isEmpty()) {
            unknown(target, name, "derive.rows");
            return;
        }
        boolean generated = column.get().generatedStored() || column.get().generatedVirtual();
        if (generated || column.get().identity() == 'a') {
            add(
                    generated ? "generated_column" : "identity_always",
                    "derive.rows yields '" + name + "', which PostgreSQL itself sets in " + target.name(),
                    "leave the column out of the query");
        }
    }

    private void identity(String name) {
        if (target.column(name).isEmpty()) {
            unknown(target, name, "derive.identity");
        } else if (!columns.contains(name)) {
            add(
                    "identity_not_yielded",
                    "derive.identity: the query in derive.rows does not yield '" + name + "'",
                    "add it to the query, or take it out of the identity");
        }
    }

    private void uniqueness() {
        boolean unique = target.indexes().stream()
                .anyMatch(index -> DeriveCompiler.keepsApart(index, target, definition.identity()));
        if (!unique) {
            add(
                    "no_unique_identity",
                    "no unique index of " + target.name() + " keeps two rows with the same "
                            + String.join(", ", definition.identity())
                            + " apart: the application and the run could both insert one",
                    DeriveCompiler.missingIndex(target, definition.identity()));
        }
    }

    private void watched(TableName name) {
        if (tables.get(name).primaryKey().isEmpty()) {
            add(
                    "no_primary_key",
                    "derive.watch: " + name + " has no primary key, which is what changes are told by",
                    "ALTER TABLE " + name.quoted() + " ADD PRIMARY KEY (…)");
        }
    }

    private void unknown(Table table, String name, String where) {
        add(
                "unknown_column",
                where + ": " + table.name() + " has no column '" + name + "'",
                "it has: " + table.columns().stream().map(Column::name).collect(Collectors.joining(", ")));
    }

    private void add(String code, String message, String remedy) {
        misfits.add(new Misfit(code, message, remedy));
    }
}
