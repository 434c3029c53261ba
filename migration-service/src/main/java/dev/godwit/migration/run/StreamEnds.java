package dev.godwit.migration.run;

import dev.godwit.migration.outbox.StreamsHash;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;

/**
 * Where the streams of a run end, as the event says that ends it. A large table has a stream per chunk, and an event has a limit: beyond {@value #NAMED_MAX} streams one
 * entry, named {@value #ALL}, stands for all of them by their number and a hash over their ends.
 */
final class StreamEnds {

    static final int NAMED_MAX = 1000;

    static final String ALL = "*";

    private static final int PAGE = 5000;

    /** Text is compared byte by byte, whatever the database's locale, so that everybody hashes in the same order. */
    private static final String ENDS = """
            SELECT stream, sequence, hash
              FROM godwit.stream
             WHERE run_id = $1
               AND sequence > 0
               AND stream COLLATE "C" > $2
             ORDER BY stream COLLATE "C"
             LIMIT $3
            """;

    private StreamEnds() {}

    static Uni<JsonArray> of(SqlClient client, String runId) {
        return page(client, runId, "", NAMED_MAX + 1)
                .chain(rows -> rows.size() > NAMED_MAX
                        ? all(client, runId)
                        : Uni.createFrom().item(named(rows)));
    }

    private static Uni<RowSet<Row>> page(SqlClient client, String runId, String after, int size) {
        return client.preparedQuery(ENDS).execute(Tuple.of(runId, after, size));
    }

    private static JsonArray named(RowSet<Row> rows) {
        JsonArray ends = new JsonArray();
        rows.forEach(row -> ends.add(end(row.getString("stream"), row.getLong("sequence"), row.getString("hash"))));
        return ends;
    }

    /** Page by page: a million ends need not be in memory. */
    private static Uni<JsonArray> all(SqlClient client, String runId) {
        StreamsHash hash = new StreamsHash();
        String[] last = {""};
        return Multi.createBy()
                .repeating()
                .uni(() -> page(client, runId, last[0], PAGE)
                        .invoke(rows -> rows.forEach(row -> {
                            last[0] = row.getString("stream");
                            hash.add(last[0], row.getLong("sequence"), row.getString("hash"));
                        })))
                .whilst(rows -> rows.size() == PAGE)
                .onItem()
                .ignoreAsUni()
                .map(ignored -> new JsonArray().add(end(ALL, hash.streams(), hash.hex())));
    }

    private static JsonObject end(String stream, long sequence, String hash) {
        return new JsonObject().put("stream", stream).put("sequence", sequence).put("hash", hash);
    }
}
