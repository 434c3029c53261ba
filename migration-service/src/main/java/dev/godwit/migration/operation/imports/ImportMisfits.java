package dev.godwit.migration.operation.imports;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.operation.transform.Misfit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What stands between an import and its tables; nothing when it fits. */
public final class ImportMisfits {

    private final ImportDefinition definition;
    private final Table from;
    private final Table into;
    private final List<Misfit> misfits = new ArrayList<>();

    public ImportMisfits(ImportDefinition definition, Table from, Table into) {
        this.definition = definition;
        this.from = from;
        this.into = into;
    }

    public List<Misfit> find() {
        key();
        definition.set().keySet().forEach(this::set);
        target();
        return List.copyOf(misfits);
    }

    private void key() {
        Optional<String> key = ImportCompiler.key(definition, from);
        if (key.isEmpty()) {
            add(
                    "no_key",
                    from.name() + " has no primary key of one column",
                    "name a unique column that is never null in import.key");
            return;
        }
        Optional<Column> column = from.column(key.get());
        if (column.isEmpty()) {
            unknown(from, key.get(), "import.key");
            return;
        }
        boolean unique = from.indexes().stream().anyMatch(index -> index.makesUnique(key.get()));
        if (!unique || !column.get().notNull()) {
            add(
                    "key_not_unique",
                    "import.key: " + from.name() + "." + key.get() + " may be null or occur twice",
                    "name a column with NOT NULL and a unique index");
        }
    }

    private void set(String name) {
        Optional<Column> column = into.column(name);
        if (column.isEmpty()) {
            unknown(into, name, "import.set");
        } else if (ImportCompiler.isComputed(column.get())) {
            add(
                    "generated_column",
                    "import.set: " + into.name() + "." + name + " is computed by PostgreSQL itself",
                    "leave the column out");
        }
    }

    private void target() {
        List<String> key = ImportCompiler.targetKey(definition, into);
        if (key.isEmpty()) {
            add(
                    "no_key",
                    "nothing names a row of " + into.name()
                            + ": it has no primary key, and import.on-conflict no columns",
                    "ALTER TABLE " + into.name().quoted()
                            + " ADD PRIMARY KEY (…), or name unique columns in on-conflict");
        }
        List<String> columns = definition.onConflict().columns();
        if (!columns.isEmpty() && ImportCompiler.uniqueIndex(into, columns).isEmpty()) {
            String list = columns.stream().map(Identifier::quote).collect(Collectors.joining(", "));
            add(
                    "no_unique_identity",
                    "no unique index of " + into.name() + " keeps two rows with the same " + String.join(", ", columns)
                            + " apart: the application and the run could both insert one",
                    "CREATE UNIQUE INDEX CONCURRENTLY ON " + into.name().quoted() + " (" + list + ")");
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
