package dev.godwit.migration.batch;

import io.vertx.mutiny.sqlclient.Row;
import java.util.List;

/**
 * What an entity got of the rows that it lacked.
 *
 * @param wanted how many it lacked
 * @param names the rows that were inserted
 */
record Inserted(String entity, long wanted, List<String> names) {

    static Inserted fromRow(Row row) {
        return new Inserted(row.getString("entity"), row.getLong("wanted"), List.of(row.getArrayOfStrings("inserted")));
    }
}
