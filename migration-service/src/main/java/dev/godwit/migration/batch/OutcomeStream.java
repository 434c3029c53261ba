package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.outbox.OutcomeEvents;
import dev.godwit.migration.sql.Pipeline;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The chain of events that a batch belongs to, and the counters that go with it. Transaction: joins the batch's, as its last part; shows its writes again. */
public final class OutcomeStream {

    private static final String OPEN = """
            INSERT INTO godwit.stream (run_id, stream)
            VALUES ($1, $2)
            ON CONFLICT DO NOTHING
            """;

    private static final String LOCK = """
            SELECT sequence, hash, touched
              FROM godwit.stream
             WHERE run_id = $1
               AND stream = $2
               FOR UPDATE
            """;

    private static final String ADVANCE = """
            UPDATE godwit.stream
               SET sequence = $3, hash = $4, touched = $5,
                   migrated = migrated + $6, unchanged = unchanged + $7, skipped = skipped + $8, conflict = conflict + $9,
                   failed = failed + $10, reverted = reverted + $11, diverged = diverged + $12, translated = translated + $13
             WHERE run_id = $1
               AND stream = $2
            """;

    private final RunContext run;
    private final SqlConnection connection;
    private final Batches.Place place;

    public OutcomeStream(RunContext run, SqlConnection connection, Batches.Place place) {
        this.run = run;
        this.connection = connection;
        this.place = place;
    }

    /** Tells what a batch did; one that did nothing is not told. */
    public Uni<Void> publish(BatchResult result, long batch, Optional<String> commandId) {
        if (result.outcomes().isEmpty() && !result.wrote()) {
            return show();
        }
        Tuple name = Tuple.of(run.runId(), place.stream());
        return Uni.combine()
                .all()
                .unis(query(OPEN, name), query(LOCK, name), show())
                .with((opened, stream, shown) -> stream.iterator().next())
                .chain(stream -> append(result, event(batch, commandId), stream));
    }

    private OutcomeEvents.Batch event(long batch, Optional<String> commandId) {
        return new OutcomeEvents.Batch(
                run.runId(),
                run.migration(),
                run.commit() ? "commit" : "plan",
                place.lane().wireName(),
                place.stream(),
                batch,
                commandId,
                run.rootName(),
                run.definition().summary(),
                run.traceparent());
    }

    private Uni<Void> append(BatchResult result, OutcomeEvents.Batch event, Row stream) {
        OutcomeEvents.Position from = new OutcomeEvents.Position(stream.getLong("sequence"), stream.getString("hash"));
        OutcomeEvents.Chain chain = OutcomeEvents.chain(event, result.outcomes(), from);
        List<Uni<?>> statements = new ArrayList<>(chain.appends(connection));
        Groups.foresee(run, connection, place.stream(), result.outcomes()).ifPresent(statements::add);
        statements.add(query(ADVANCE, counters(result, chain.end(), stream.getJsonObject("touched"))));
        return Pipeline.of(statements);
    }

    private Tuple counters(BatchResult result, OutcomeEvents.Position position, JsonObject touched) {
        Counts counts = Counts.changes(run.rootName(), result.outcomes());
        long translated = result.outcomes().stream()
                .filter(o -> !o.table().equals(run.rootName()) && o.kind() == OutcomeKind.MIGRATED)
                .count();
        result.written().forEach((table, rows) -> touched.put(table, touched.getLong(table, 0L) + rows));
        Tuple row = Tuple.tuple()
                .addString(run.runId())
                .addString(place.stream())
                .addLong(position.sequence())
                .addString(position.hash())
                .addJsonObject(touched);
        for (OutcomeKind kind : OutcomeKind.values()) {
            row = row.addLong(counts.get(kind));
        }
        return row.addLong(translated);
    }

    /** What follows must reach Debezium: the outbox row. Of a plan too: an origin outlives ROLLBACK, so the session may still have that of a batch that failed. */
    private Uni<Void> show() {
        return run.hideWrites()
                ? connection.query("SELECT godwit.show_writes()").execute().replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    private Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
