package dev.godwit.migration.operation.transform;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.operation.Misfit;
import dev.godwit.migration.operation.Misfits;
import dev.godwit.migration.operation.rekey.KeyType;
import dev.godwit.migration.operation.transform.TransformModel.Changed;
import dev.godwit.migration.operation.transform.TransformModel.Generated;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Joins a transform with its table. */
public final class TransformCompiler {

    /** The first version whose UPDATE can answer the old row. */
    private static final int RETURNS_OLD_FROM = 180_000;

    private static final Pattern LENGTH = Pattern.compile("character(?: varying)?\\(([0-9]+)\\)");

    private TransformCompiler() {}

    /**
     * The model.
     *
     * @param tables the root and its leaf partitions
     * @param serverVersion as in {@code server_version_num}
     * @throws IllegalArgumentException when {@link #misfits} has something to say
     */
    public static TransformModel compile(
            TransformDefinition definition, Map<TableName, Table> tables, int serverVersion) {
        Table root = tables.get(definition.table());
        misfits(definition, root).stream().findFirst().ifPresent(misfit -> {
            throw new IllegalArgumentException(misfit.message() + "; " + misfit.remedy());
        });
        Column key = root.column(key(definition, root).orElseThrow()).orElseThrow();
        List<TableName> leaves = tables.values().stream()
                .filter(table -> root.leaves().contains(table.oid()))
                .map(Table::name)
                .toList();
        List<Changed> changed = definition.set().entrySet().stream()
                .map(set -> changed(root.column(set.getKey()).orElseThrow(), set.getValue()))
                .toList();
        List<String> kept = root.columns().stream()
                .filter(column -> column.generation().isEmpty())
                .map(Column::name)
                .filter(name -> !definition.set().containsKey(name))
                .toList();
        List<Generated> generated = root.columns().stream()
                .filter(column -> column.generation().isPresent())
                .map(column -> new Generated(
                        column.name(), column.type(), column.generation().get()))
                .toList();
        return new TransformModel(
                definition,
                root.name(),
                key.name(),
                KeyType.of(key.baseType()),
                leaves,
                changed,
                kept,
                generated,
                checks(definition, root),
                serverVersion >= RETURNS_OLD_FROM);
    }

    private static Changed changed(Column column, String expression) {
        return new Changed(
                column.name(), column.type(), column.bareType(), column.notNull(), lengthMax(column), expression);
    }

    private static Optional<Integer> lengthMax(Column column) {
        Matcher length = LENGTH.matcher(column.baseType());
        return length.matches() ? Optional.of(Integer.valueOf(length.group(1))) : Optional.empty();
    }

    private static List<String> checks(TransformDefinition definition, Table root) {
        return root.checks().stream()
                .filter(check -> definition
                        .constraint()
                        .filter(swap -> swap.name().equals(check.name()))
                        .isEmpty())
                .map(Table.Check::condition)
                .toList();
    }

    /** The column that names a row: the one that the definition gives, else the primary key when it is a single column. */
    public static Optional<String> key(TransformDefinition definition, Table root) {
        return definition.key().or(root::primaryKeyColumn);
    }

    /** What stands between the definition and its table; empty when it fits. */
    public static List<Misfit> misfits(TransformDefinition definition, Table root) {
        Misfits misfits = new Misfits("transform");
        Optional<String> key = key(definition, root);
        misfits.key(root, key);
        definition.set().keySet().forEach(name -> set(root, name, misfits));
        key.filter(definition.set()::containsKey)
                .ifPresent(name -> misfits.add(
                        "key_changes",
                        "transform.set changes the key '" + name + "'",
                        "a migration of kind rekey gives rows new keys and carries references along"));
        return misfits.all();
    }

    private static void set(Table root, String name, Misfits misfits) {
        Optional<Column> column = root.column(name);
        if (column.isEmpty()) {
            misfits.unknown(root, name, "set");
        } else if (column.get().generatedStored() || column.get().generatedVirtual()) {
            misfits.add(
                    "generated_column",
                    "transform.set: " + root.name() + "." + name + " is computed by PostgreSQL",
                    "set the columns that it is computed from");
        } else if (column.get().identity() == 'a') {
            misfits.add(
                    "identity_always",
                    "transform.set: " + root.name() + "." + name + " is GENERATED ALWAYS AS IDENTITY",
                    "make it GENERATED BY DEFAULT first");
        }
    }
}
