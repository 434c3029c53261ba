package dev.godwit.migration.operation;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the journal must know of a table to write down a row and to bring it back.
 *
 * @param storedColumns columns that hold a value of their own: generated ones are computed again
 * @param casts type per column, without length, to compare with a key that travels as text
 * @param types type per column, as declared
 * @param primaryKey columns of the primary key, or none
 * @param dependents foreign keys of others to this table
 */
public record TableShape(
        TableName name,
        List<String> storedColumns,
        Map<String, String> casts,
        Map<String, String> types,
        List<String> primaryKey,
        List<Dependent> dependents) {

    /**
     * A foreign key that deletes, empties or refuses when a row of the table is deleted.
     *
     * @param oid of the constraint
     */
    public record Dependent(long oid, TableName child, List<String> childColumns, List<String> columns) {

        /** The condition that a row of the child refers to {@code row}. */
        public String refersTo(String row) {
            return IntStream.range(0, columns.size())
                    .mapToObj(i -> "godwit_f." + quote(childColumns.get(i)) + " = " + row + "." + quote(columns.get(i)))
                    .collect(Collectors.joining(
                            " AND ", "EXISTS (SELECT FROM " + child.quoted() + " AS godwit_f WHERE ", ")"));
        }
    }

    /** Takes what matters from the catalog. */
    public static TableShape of(Table table) {
        Map<String, String> casts = new LinkedHashMap<>();
        Map<String, String> types = new LinkedHashMap<>();
        table.columns().forEach(c -> {
            casts.put(c.name(), KeyType.of(c.baseType()).castName());
            types.put(c.name(), c.type());
        });
        List<String> stored = table.columns().stream()
                .filter(c -> !c.generatedStored() && !c.generatedVirtual())
                .map(Column::name)
                .toList();
        List<Dependent> dependents = table.foreignKeysTo().stream()
                .filter(ForeignKey::enforced)
                .map(fk -> new Dependent(fk.oid(), fk.child(), fk.childColumns(), fk.parentColumns()))
                .toList();
        List<String> key = table.primaryKey().map(Index::columns).orElse(List.of());
        return new TableShape(table.name(), stored, casts, types, key, dependents);
    }

    /** All shapes by display name. */
    public static Map<String, TableShape> byName(Map<TableName, Table> tables) {
        return tables.values().stream().collect(Collectors.toMap(t -> t.name().toString(), TableShape::of));
    }
}
