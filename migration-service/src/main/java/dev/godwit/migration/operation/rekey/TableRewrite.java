package dev.godwit.migration.operation.rekey;

import dev.godwit.migration.definition.TableName;
import java.util.List;

/** All columns of one table that one statement rewrites: two branches on one row would apply only one of them. */
public record TableRewrite(TableName table, List<ColumnRewrite> columns) {

    public TableRewrite {
        columns = List.copyOf(columns);
    }

    /** The rewritten key, when this table is the root or a derived child. */
    boolean hasKey() {
        return columns.stream().anyMatch(c -> c.kind() == ColumnRewrite.Kind.KEY);
    }
}
