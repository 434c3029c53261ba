package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.stream.StreamSupport;

/** Answers of PostgreSQL as lists. */
final class Rows {

    private Rows() {}

    static Uni<List<Row>> query(SqlConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .toList());
    }

    /** A column of texts. */
    static List<String> texts(List<Row> rows, String column) {
        return rows.stream().map(row -> row.getString(column)).toList();
    }
}
