package dev.godwit.migration.operation;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Collects what stands between a definition and its tables, in the order in which it is found. */
public final class Misfits {

    private final String section;
    private final List<Misfit> found = new ArrayList<>();

    /** @param section of the definition, such as {@code transform} */
    public Misfits(String section) {
        this.section = section;
    }

    public void add(String code, String message, String remedy) {
        found.add(new Misfit(code, message, remedy));
    }

    /** A column that the table does not have; {@code entry} of the section names it. */
    public void unknown(Table table, String name, String entry) {
        add(
                "unknown_column",
                section + "." + entry + ": " + table.name() + " has no column '" + name + "'",
                "it has: " + table.columns().stream().map(Column::name).collect(Collectors.joining(", ")));
    }

    /** The column by which entities are told apart must be there, NOT NULL and unique by itself; {@code key} is empty where neither definition nor primary key names one. */
    public void key(Table table, Optional<String> key) {
        if (key.isEmpty()) {
            add(
                    "no_key",
                    table.name() + " has no primary key of one column",
                    "name a unique column that is never null in " + section + ".key");
            return;
        }
        String name = key.get();
        Optional<Column> column = table.column(name);
        if (column.isEmpty()) {
            unknown(table, name, "key");
            return;
        }
        boolean unique = table.indexes().stream().anyMatch(index -> index.makesUnique(name));
        if (!unique || !column.get().notNull()) {
            add(
                    "key_not_unique",
                    section + ".key: " + table.name() + "." + name + " may be null or occur twice",
                    "name a column with NOT NULL and a unique index");
        }
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    public List<Misfit> all() {
        return List.copyOf(found);
    }
}
