package dev.godwit.migration.operation.derive;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.WatchedTable;
import dev.godwit.migration.operation.Misfit;
import dev.godwit.migration.operation.Misfits;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What stands between a derive and its tables; nothing when it fits. */
public final class DeriveMisfits {

    private final DeriveDefinition definition;
    private final Table root;
    private final Table target;
    private final Map<TableName, Table> tables;
    private final List<String> columns;
    private final Misfits misfits = new Misfits("derive");

    /** For these tables; {@code columns} are those that the query yields. */
    public DeriveMisfits(DeriveDefinition definition, Map<TableName, Table> tables, List<String> columns) {
        this.definition = definition;
        this.tables = tables;
        this.root = tables.get(definition.from());
        this.target = tables.get(definition.into());
        this.columns = columns;
    }

    public List<Misfit> find() {
        misfits.key(root, DeriveCompiler.key(definition, root));
        Set<String> seen = new HashSet<>();
        columns.forEach(name -> {
            if (!seen.add(name)) {
                misfits.add(
                        "column_twice", "derive.rows yields '" + name + "' twice", "name each column once, with AS");
            }
        });
        seen.forEach(this::yielded);
        definition.identity().forEach(this::identity);
        if (misfits.isEmpty()) {
            uniqueness();
        }
        definition.watch().stream().map(WatchedTable::table).distinct().forEach(this::watched);
        return misfits.all();
    }

    private void yielded(String name) {
        Optional<Column> column = target.column(name);
        if (column.isEmpty()) {
            misfits.unknown(target, name, "rows");
            return;
        }
        boolean generated = column.get().generatedStored() || column.get().generatedVirtual();
        if (generated || column.get().identity() == 'a') {
            misfits.add(
                    generated ? "generated_column" : "identity_always",
                    "derive.rows yields '" + name + "', which PostgreSQL itself sets in " + target.name(),
                    "leave the column out of the query");
        }
    }

    private void identity(String name) {
        if (target.column(name).isEmpty()) {
            misfits.unknown(target, name, "identity");
        } else if (!columns.contains(name)) {
            misfits.add(
                    "identity_not_yielded",
                    "derive.identity: the query in derive.rows does not yield '" + name + "'",
                    "add it to the query, or take it out of the identity");
        }
    }

    private void uniqueness() {
        boolean unique = target.indexes().stream()
                .anyMatch(index -> DeriveCompiler.keepsApart(index, target, definition.identity()));
        if (!unique) {
            misfits.add(
                    "no_unique_identity",
                    "no unique index of " + target.name() + " keeps two rows with the same "
                            + String.join(", ", definition.identity())
                            + " apart: the application and the run could both insert one",
                    DeriveCompiler.missingIndex(target, definition.identity()));
        }
    }

    private void watched(TableName name) {
        if (tables.get(name).primaryKey().isEmpty()) {
            misfits.add(
                    "no_primary_key",
                    "derive.watch: " + name + " has no primary key, which is what changes are told by",
                    "ALTER TABLE " + name.quoted() + " ADD PRIMARY KEY (…)");
        }
    }
}
