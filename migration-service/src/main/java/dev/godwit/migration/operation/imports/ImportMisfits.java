package dev.godwit.migration.operation.imports;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.operation.Misfit;
import dev.godwit.migration.operation.Misfits;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What stands between an import and its tables; nothing when it fits. */
public final class ImportMisfits {

    private final ImportDefinition definition;
    private final Table from;
    private final Table into;
    private final Misfits misfits = new Misfits("import");

    public ImportMisfits(ImportDefinition definition, Table from, Table into) {
        this.definition = definition;
        this.from = from;
        this.into = into;
    }

    public List<Misfit> find() {
        misfits.key(from, ImportCompiler.key(definition, from));
        definition.set().keySet().forEach(this::set);
        target();
        return misfits.all();
    }

    private void set(String name) {
        Optional<Column> column = into.column(name);
        if (column.isEmpty()) {
            misfits.unknown(into, name, "set");
        } else if (ImportCompiler.isComputed(column.get())) {
            misfits.add(
                    "generated_column",
                    "import.set: " + into.name() + "." + name + " is computed by PostgreSQL itself",
                    "leave the column out");
        }
    }

    private void target() {
        List<String> key = ImportCompiler.targetKey(definition, into);
        if (key.isEmpty()) {
            misfits.add(
                    "no_key",
                    "nothing names a row of " + into.name()
                            + ": it has no primary key, and import.on-conflict no columns",
                    "ALTER TABLE " + into.name().quoted()
                            + " ADD PRIMARY KEY (…), or name unique columns in on-conflict");
        }
        List<String> columns = definition.onConflict().columns();
        if (!columns.isEmpty() && ImportCompiler.uniqueIndex(into, columns).isEmpty()) {
            String list = columns.stream().map(Identifier::quote).collect(Collectors.joining(", "));
            misfits.add(
                    "no_unique_identity",
                    "no unique index of " + into.name() + " keeps two rows with the same " + String.join(", ", columns)
                            + " apart: the application and the run could both insert one",
                    "CREATE UNIQUE INDEX CONCURRENTLY ON " + into.name().quoted() + " (" + list + ")");
        }
    }
}
