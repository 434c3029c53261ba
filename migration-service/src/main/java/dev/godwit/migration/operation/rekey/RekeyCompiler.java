package dev.godwit.migration.operation.rekey;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DerivedChild;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.RekeyModel.DerivedKey;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Joins a rekey definition with the catalog into a {@link RekeyModel}. Expects a definition that passed preflight: what is missing here is a fault of ours, not
 * of the user.
 */
public final class RekeyCompiler {

    private static final String ARRAY = "[]";

    private final RekeyDefinition definition;
    private final Map<TableName, Table> tables;
    private final Table root;
    private final List<DerivedKey> derived = new ArrayList<>();
    private final Map<TableName, List<ColumnRewrite>> rewrites = new LinkedHashMap<>();
    private final List<MergeReference> merges = new ArrayList<>();

    private RekeyCompiler(RekeyDefinition definition, Map<TableName, Table> tables) {
        this.definition = definition;
        this.tables = tables;
        this.root = table(definition.table());
    }

    /**
     * Compiles a definition.
     *
     * @param tables by name: the root, the declared children and references, every table with a foreign key to the root or a child, and every leaf partition
     */
    public static RekeyModel compile(RekeyDefinition definition, Map<TableName, Table> tables) {
        return new RekeyCompiler(definition, tables).compile();
    }

    private RekeyModel compile() {
        KeyType keyType = typeOf(root, definition.key());
        add(root.name(), new ColumnRewrite(definition.key(), ColumnRewrite.Kind.KEY, 0, keyType, Optional.empty()));
        definition.children().forEach(this::addDerived);
        addForeignKeys(root, definition.key(), 0);
        for (int map = 1; map <= derived.size(); map++) {
            DerivedKey child = derived.get(map - 1);
            addForeignKeys(table(child.table()), child.key(), map);
        }
        addUnenforcedParents();
        List<FoundReference> references =
                definition.references().stream().map(this::find).toList();
        references.stream().filter(FoundReference::inBatch).forEach(this::addSoft);
        List<TableRewrite> compiled = rewrites.entrySet().stream()
                .map(e -> new TableRewrite(e.getKey(), e.getValue()))
                .toList();
        return new RekeyModel(
                definition,
                root.name(),
                definition.key(),
                keyType,
                columnNames(root),
                leaves(root),
                List.copyOf(derived),
                compiled,
                List.copyOf(merges),
                references);
    }

    /** A declared child hangs on the table that its foreign key, or else its expression's first column that names a key, points to. */
    private void addDerived(DerivedChild child) {
        Table table = table(child.table());
        for (int map = derived.size(); map >= 0; map--) {
            Table parent = map == 0 ? root : table(derived.get(map - 1).table());
            String parentKey =
                    map == 0 ? definition.key() : derived.get(map - 1).key();
            Optional<String> column = referencing(parent, parentKey, table.name());
            if (column.isPresent()) {
                KeyType type = typeOf(table, child.key());
                derived.add(new DerivedKey(
                        table.name(),
                        child.key(),
                        type,
                        map,
                        column.get(),
                        typeOf(parent, parentKey),
                        child.to(),
                        columnNames(table)));
                add(
                        table.name(),
                        new ColumnRewrite(child.key(), ColumnRewrite.Kind.KEY, derived.size(), type, Optional.empty()));
                return;
            }
        }
        throw new IllegalArgumentException("children: " + child.table() + " has no foreign key to " + root.name()
                + " or to a child declared before it");
    }

    private static Optional<String> referencing(Table parent, String parentKey, TableName child) {
        return parent.foreignKeysTo().stream()
                .filter(fk -> fk.child().equals(child))
                .map(fk -> childColumn(fk, parentKey))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** The child's column that holds {@code parentKey}; empty when the foreign key references other columns of the parent. */
    private static Optional<String> childColumn(ForeignKey foreignKey, String parentKey) {
        int position = foreignKey.parentColumns().indexOf(parentKey);
        return position < 0
                ? Optional.empty()
                : Optional.of(foreignKey.childColumns().get(position));
    }

    private void addForeignKeys(Table parent, String parentKey, int map) {
        KeyType type = typeOf(parent, parentKey);
        for (ForeignKey foreignKey : parent.foreignKeysTo()) {
            childColumn(foreignKey, parentKey)
                    .ifPresent(column -> addReference(foreignKey.child(), column, type, map, Optional.empty()));
        }
    }

    private void addReference(TableName child, String column, KeyType type, int map, Optional<String> when) {
        ColumnRewrite.Kind kind = ColumnRewrite.Kind.SCALAR;
        if (!add(child, new ColumnRewrite(column, kind, map, type, when))) {
            return;
        }
        merges.add(mergeReference(child, column, type, map, kind, when));
    }

    private MergeReference mergeReference(
            TableName child, String column, KeyType type, int map, ColumnRewrite.Kind kind, Optional<String> when) {
        Table table = table(child);
        List<Index> uniques = table.indexes().stream()
                .filter(i -> i.unique() && i.valid())
                .filter(i -> i.columns().contains(column) || i.partial() || i.expression())
                .toList();
        int derivedMap = -1;
        for (int i = 0; i < derived.size(); i++) {
            DerivedKey candidate = derived.get(i);
            if (candidate.table().equals(child)
                    && candidate.parentColumn().equals(column)
                    && candidate.parentMap() == map) {
                derivedMap = i + 1;
            }
        }
        return new MergeReference(child, column, type, map, primaryKey(table), uniques, derivedMap, kind, when);
    }

    /** Every derived child hangs on its parent by a foreign key, so this only guards against one that the catalog lost meanwhile. */
    private void addUnenforcedParents() {
        for (DerivedKey child : derived) {
            boolean known = rewrites.get(child.table()).stream()
                    .anyMatch(c -> c.column().equals(child.parentColumn()) && c.map() == child.parentMap());
            if (!known) {
                addReference(
                        child.table(), child.parentColumn(), child.parentType(), child.parentMap(), Optional.empty());
            }
        }
    }

    private FoundReference find(SoftReference reference) {
        Table table = table(reference.table());
        Column column = column(table, reference.column());
        FoundReference.Form form = form(reference, column);
        boolean searchable = table.indexes().stream().anyMatch(index -> switch (form) {
            case COLUMN -> index.leadsWith(reference.column());
            case ARRAY -> index.findsElementsOf(reference.column());
            case JSON, PATTERN -> false;
        });
        // Not every text is a value of the column's type: its values are looked up by their text, in the sweep.
        boolean comparable = !typeOf(root, definition.key()).holdsTextOf(held(column.type()));
        List<String> key = primaryKey(table);
        return new FoundReference(
                reference,
                form,
                column.type(),
                key,
                key.stream().map(k -> typeOf(table, k).castName()).toList(),
                leaves(table),
                searchable && comparable);
    }

    private static FoundReference.Form form(SoftReference reference, Column column) {
        if (reference.path().isPresent()) {
            return FoundReference.Form.JSON;
        }
        if (reference.pattern().isPresent()) {
            return FoundReference.Form.PATTERN;
        }
        return column.type().endsWith(ARRAY) ? FoundReference.Form.ARRAY : FoundReference.Form.COLUMN;
    }

    private void addSoft(FoundReference found) {
        Optional<String> when = found.reference().when();
        if (found.form() == FoundReference.Form.COLUMN) {
            addReference(found.table(), found.reference().column(), held(found.columnType()), 0, when);
            return;
        }
        KeyType element = held(found.columnType());
        ColumnRewrite.Kind kind = ColumnRewrite.Kind.ARRAY;
        if (add(found.table(), new ColumnRewrite(found.reference().column(), kind, 0, element, when))) {
            merges.add(mergeReference(found.table(), found.reference().column(), element, 0, kind, when));
        }
    }

    /** The type of what a column holds: of an array's elements, or of the column itself. */
    private static KeyType held(String columnType) {
        return KeyType.of(
                columnType.endsWith(ARRAY)
                        ? columnType.substring(0, columnType.length() - ARRAY.length())
                        : columnType);
    }

    /** Two references in one column, each under its condition, are one reference under either. */
    @CanIgnoreReturnValue
    private boolean add(TableName table, ColumnRewrite rewrite) {
        List<ColumnRewrite> columns = rewrites.computeIfAbsent(table, t -> new ArrayList<>());
        for (int i = 0; i < columns.size(); i++) {
            ColumnRewrite known = columns.get(i);
            if (known.column().equals(rewrite.column()) && known.map() == rewrite.map()) {
                ColumnRewrite either = known.or(rewrite.when());
                columns.set(i, either);
                merges.replaceAll(merge -> merge.isOf(table, either) ? merge.under(either.when()) : merge);
                return false;
            }
        }
        return columns.add(rewrite);
    }

    private List<TableName> leaves(Table table) {
        return table.leaves().stream()
                .map(oid -> tables.values().stream()
                        .filter(t -> t.oid() == oid)
                        .findFirst()
                        .orElseThrow(
                                () -> new IllegalStateException("leaf " + oid + " of " + table.name() + " not read"))
                        .name())
                .toList();
    }

    private Table table(TableName name) {
        return Objects.requireNonNull(tables.get(name), () -> "table " + name + " was not read from the catalog");
    }

    private static Column column(Table table, String name) {
        return table.columns().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(table.name() + " has no column " + name));
    }

    private static KeyType typeOf(Table table, String column) {
        return KeyType.of(column(table, column).baseType());
    }

    private static List<String> columnNames(Table table) {
        return table.columns().stream().map(Column::name).toList();
    }

    private static List<String> primaryKey(Table table) {
        return table.primaryKey().map(Index::columns).orElse(List.of());
    }
}
