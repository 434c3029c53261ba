package dev.godwit.migration.pace;

import dev.godwit.migration.definition.TableName;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Arrays;
import java.util.List;

/**
 * A run whose chunks are worked on.
 *
 * @param tables those of its tables that are in this database, quoted
 * @param due whether nobody has decided its pace for a while
 * @param posted what workers are to know of it now
 */
record WorkingRun(String id, int generation, List<String> tables, boolean due, PaceBoard.Posted posted) {

    static WorkingRun fromRow(Row row) {
        return new WorkingRun(
                row.getString("id"),
                row.getInteger("generation"),
                Arrays.stream(row.getArrayOfStrings("tables"))
                        .map(TableName::parse)
                        .filter(table -> table.source().isEmpty())
                        .map(TableName::quoted)
                        .toList(),
                row.getBoolean("due"),
                new PaceBoard.Posted(Terms.fromRow(row), row.getBoolean("stopped"), row.getBoolean("held")));
    }
}
