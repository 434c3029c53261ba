package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/** Tells which rows one of the run's transactions wrote last, those of its rollback included. Asks for the transactions that rows show, never for all of the run's. */
final class OwnWrites {

    /** A row shows 32 bits of a transaction id. */
    private static final String OWN = """
            SELECT DISTINCT (xid::text::bigint & 4294967295) AS xmin
              FROM godwit.batch
             WHERE run_id = $1
               AND (xid::text::bigint & 4294967295) = ANY ($2::bigint[])
            """;

    private final String runId;
    private final SqlConnection connection;

    OwnWrites(String runId, SqlConnection connection) {
        this.runId = runId;
        this.connection = connection;
    }

    /** Those of the rows' {@code xmin} that are the run's. */
    Uni<Set<String>> among(Collection<Row> rows) {
        Long[] shown = rows.stream()
                .map(row -> row.getString("xmin"))
                .filter(Objects::nonNull)
                .distinct()
                .map(Long::valueOf)
                .toArray(Long[]::new);
        if (shown.length == 0) {
            return Uni.createFrom().item(Set.of());
        }
        return connection.preparedQuery(OWN).execute(Tuple.of(runId, shown)).map(found -> {
            Set<String> own = new HashSet<>();
            found.forEach(row -> own.add(row.getLong("xmin").toString()));
            return own;
        });
    }
}
