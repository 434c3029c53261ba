package dev.godwit.audit.health;

import dev.godwit.audit.config.AuditConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;

/**
 * Writes rounds of measures, a polled batch at a time, and forgets old ones.
 *
 * <p><b>Transaction:</b> opens one for the batch. <b>Idempotency:</b> events are known by their id; the newest round is the one with the highest turn, in whatever order
 * they come. <b>Failure semantics:</b> nothing is stored, and the caller tries again.
 */
@ApplicationScoped
public class HealthStore {

    /** No row for a measure: it is known. */
    private static final String INSERT = """
            INSERT INTO health_measure (event_id, name, migration, turn, built_in, unit, value, state, worse, warn, critical,
                                        reason, detail, rows_read, rows_of, occurred_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                ON CONFLICT DO NOTHING
            """;

    /** Zero rows: a newer round is known. */
    private static final String TAKE_NEWER = """
            INSERT INTO health_latest AS l (migration, event_id, turn, instance, definition_hash, state, every_seconds, occurred_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (migration) DO UPDATE
               SET event_id = excluded.event_id, turn = excluded.turn, instance = excluded.instance,
                   definition_hash = excluded.definition_hash, state = excluded.state, every_seconds = excluded.every_seconds,
                   occurred_at = excluded.occurred_at
             WHERE excluded.turn > l.turn
            """;

    /** What the newest rounds consist of stays, however old. */
    private static final String FORGET = """
            DELETE FROM health_measure
             WHERE (event_id, name) IN (SELECT event_id, name
                                          FROM health_measure
                                         WHERE occurred_at < now() - $1 * interval '1 millisecond'
                                           AND event_id NOT IN (SELECT event_id FROM health_latest)
                                         LIMIT 1000)
            """;

    private final Pool pool;
    private final Duration retention;

    HealthStore(Pool pool, AuditConfig config) {
        this.pool = pool;
        this.retention = config.health().retention();
    }

    /** Stores what is new and answers how many measures were; a failure means that nothing was stored. */
    public Uni<Integer> store(List<HealthEvent> events) {
        List<Tuple> measures = events.stream()
                .flatMap(event -> event.measures().stream().map(measure -> row(event, measure)))
                .toList();
        List<Tuple> rounds = events.stream()
                .sorted(Comparator.comparingLong(HealthEvent::turn))
                .map(HealthStore::row)
                .toList();
        return pool.withTransaction(tx -> insert(tx, measures)
                .call(() -> tx.preparedQuery(TAKE_NEWER).executeBatch(rounds))
                .call(() -> tx.preparedQuery(FORGET).execute(Tuple.of(retention.toMillis()))));
    }

    private static Uni<Integer> insert(SqlConnection tx, List<Tuple> measures) {
        if (measures.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        return tx.preparedQuery(INSERT).executeBatch(measures).map(rows -> {
            int stored = 0;
            for (var answer = rows; answer != null; answer = answer.next()) {
                stored += answer.rowCount();
            }
            return stored;
        });
    }

    private static Tuple row(HealthEvent event, Measure measure) {
        return Tuple.tuple()
                .addUUID(event.eventId())
                .addString(measure.name())
                .addString(event.migration())
                .addLong(event.turn())
                .addBoolean(measure.builtIn())
                .addString(measure.unit())
                .addDouble(measure.value())
                .addString(measure.state())
                .addString(measure.worse())
                .addDouble(measure.warn())
                .addDouble(measure.critical())
                .addString(measure.reason())
                .addString(measure.detail())
                .addLong(measure.read())
                .addLong(measure.of())
                .addOffsetDateTime(event.at().atOffset(ZoneOffset.UTC));
    }

    private static Tuple row(HealthEvent event) {
        return Tuple.tuple()
                .addString(event.migration())
                .addUUID(event.eventId())
                .addLong(event.turn())
                .addString(event.instance())
                .addString(event.definitionHash())
                .addString(event.state())
                .addDouble(event.everySeconds())
                .addOffsetDateTime(event.at().atOffset(ZoneOffset.UTC));
    }
}
