package dev.godwit.migration.operation;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.KeyType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the journal must know of a table to write down a row and to bring it back.
 *
 * @param storedColumns columns that hold a value of their own: generated ones are computed again
 * @param casts type per column, without length, to compare with a key that travels as text
 * @param types type per column, as declared
 * @param primaryKey columns of the primary key, or none
 * @param cascades children, as {@code table.column} quoted SQL and the column here, whose rows vanish or lose their value when a row here is deleted
 */
public record TableShape(
        TableName name,
        List<String> storedColumns,
        Map<String, String> casts,
        Map<String, String> types,
        List<String> primaryKey,
        List<Cascade> cascades) {

    /** A foreign key that acts on its own when a row of the table is deleted. */
    public record Cascade(TableName child, List<String> childColumns, List<String> columns) {}

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
        List<Cascade> cascades = table.foreignKeysTo().stream()
                .filter(fk -> fk.enforced() && "cnd".indexOf(fk.onDelete()) >= 0)
                .map(fk -> new Cascade(fk.child(), fk.childColumns(), fk.parentColumns()))
                .toList();
        List<String> key = table.primaryKey().map(Index::columns).orElse(List.of());
        return new TableShape(table.name(), stored, casts, types, key, cascades);
    }

    /** All shapes by display name. */
    public static Map<String, TableShape> byName(Map<TableName, Table> tables) {
        return tables.values().stream().collect(Collectors.toMap(t -> t.name().toString(), TableShape::of));
    }
}
