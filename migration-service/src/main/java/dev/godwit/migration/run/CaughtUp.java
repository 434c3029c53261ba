package dev.godwit.migration.run;

import dev.godwit.migration.tail.CaptureSource;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.tail.HeardDatabases.Heard;
import dev.godwit.migration.tail.TailPositions;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;

/**
 * Proves that everything written before a moment has been decoded, published, consumed and applied.
 *
 * <p>A numbered heartbeat is written, then an LSN taken. Once the slot has confirmed that LSN (Debezium confirms only what Kafka has acknowledged), the ends of the topic are
 * taken; once the tail stands at those ends and has seen the heartbeat and all before it, nothing older is under way. What is missing then is lost, and asks for a
 * re-scan.
 */
@ApplicationScoped
public class CaughtUp {

    private static final String BEGIN = """
            WITH beat AS (INSERT INTO godwit.heartbeat DEFAULT VALUES RETURNING number)
            SELECT number FROM beat
            """;

    private static final String BEGIN_ELSEWHERE = "INSERT INTO godwit_source.heartbeat DEFAULT VALUES RETURNING number";

    private static final String NOTE_ELSEWHERE = """
            INSERT INTO godwit.source_heartbeat (database, number, seen)
            VALUES ($1, $2, false)
            ON CONFLICT DO NOTHING
            """;

    /** The snapshot is taken before the LSN is read: whoever is visible in it has committed before. */
    private static final String MOMENT =
            "SELECT pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS lsn";

    private static final String CONFIRMED = """
            SELECT confirmed_flush_lsn >= ($2::text)::pg_lsn AS confirmed
              FROM pg_replication_slots
             WHERE slot_name = $1
            """;

    private static final String BEHIND = """
            SELECT count(*) AS behind
              FROM jsonb_each_text($1) AS e(partition, wanted)
              LEFT JOIN godwit.tail AS t ON t.partition = e.partition::integer
             WHERE e.wanted::bigint > 0
               AND coalesce(t.next_offset, 0) < e.wanted::bigint
            """;

    /** Heartbeats since the run began that should have come but did not. */
    private static final String LOST = """
            SELECT count(*) AS lost
              FROM godwit.heartbeat AS h
             WHERE h.number <= $1
               AND h.number > $2
               AND NOT EXISTS (SELECT FROM godwit.heartbeat_seen AS s WHERE s.number = h.number)
            """;

    private static final String LOST_ELSEWHERE = """
            SELECT count(*) AS lost
              FROM godwit.source_heartbeat
             WHERE number <= $1
               AND number > $2
               AND database = $3
               AND NOT seen
            """;

    private final Runs runs;
    private final TailPositions positions;
    private final CaptureSource source;
    private final HeardDatabases databases;

    @Inject
    public CaughtUp(Runs runs, @Any TailPositions positions, CaptureSource source, HeardDatabases databases) {
        this.runs = runs;
        this.positions = positions;
        this.source = source;
        this.databases = databases;
    }

    /** How far a proof is. */
    public enum Verdict {
        NOT_YET,
        CAUGHT_UP,
        LOST
    }

    /**
     * Writes a heartbeat and answers its number. What the database was like is known by then, so that any later change of it is noticed.
     *
     * @param of name of the database whose changes are meant; empty for the application's
     */
    public Uni<Long> beat(Optional<String> of) {
        Heard database = databases.of(of);
        return source.look(database).chain(() -> of.isEmpty() ? number(runs.execute(BEGIN)) : beatElsewhere(database));
    }

    private Uni<Long> beatElsewhere(Heard database) {
        return number(database.inTransaction(
                        connection -> connection.query(BEGIN_ELSEWHERE).execute()))
                .call(number -> runs.execute(NOTE_ELSEWHERE, database.name(), number));
    }

    private static Uni<Long> number(Uni<RowSet<Row>> beat) {
        return beat.map(rows -> rows.iterator().next().getLong("number"));
    }

    /** Begins a proof: what it answers is kept with the run until the proof is made. */
    public Uni<JsonObject> begin(Optional<String> of) {
        return beat(of).chain(number -> databases.of(of).query(MOMENT).map(rows -> {
            Row moment = rows.iterator().next();
            return new JsonObject()
                    .put("heartbeat", number)
                    .put("lsn", moment.getString("lsn"))
                    .put("snapshot", moment.getString("snapshot"));
        }));
    }

    /** Goes on with a proof; {@code ends} are added to it once the slot has confirmed. */
    public Uni<Verdict> proceed(Optional<String> of, JsonObject proof, long firstHeartbeat) {
        Heard database = databases.of(of);
        if (!proof.containsKey("ends")) {
            return confirmed(database, proof)
                    .chain(confirmed ->
                            confirmed ? ends(proof) : Uni.createFrom().item(Verdict.NOT_YET));
        }
        return runs.execute(BEHIND, proof.getJsonObject("ends"))
                .chain(rows -> rows.iterator().next().getLong("behind") > 0
                        ? Uni.createFrom().item(Verdict.NOT_YET)
                        : verdict(database, proof, firstHeartbeat));
    }

    /** Ends count only of the very topic that the tail reads: those of one made anew would be reached without anything having been read. */
    private Uni<Verdict> ends(JsonObject proof) {
        return positions.agreed().map(topic -> {
            topic.ifPresent(found -> proof.put("ends", toJson(found.ends())));
            return topic.isPresent() ? Verdict.NOT_YET : Verdict.LOST;
        });
    }

    /** What never came into the topic is not missed there: the source must have lived on, and every heartbeat must have come through it. */
    private Uni<Verdict> verdict(Heard database, JsonObject proof, long firstHeartbeat) {
        return source.look(database)
                .chain(gap -> gap
                        ? Uni.createFrom().item(Verdict.LOST)
                        : lost(database, proof.getLong("heartbeat"), firstHeartbeat)
                                .map(rows ->
                                        rows.iterator().next().getLong("lost") > 0 ? Verdict.LOST : Verdict.CAUGHT_UP));
    }

    private Uni<RowSet<Row>> lost(Heard database, long last, long first) {
        return database.source().isEmpty()
                ? runs.execute(LOST, last, first)
                : runs.execute(LOST_ELSEWHERE, last, first, database.name());
    }

    private static Uni<Boolean> confirmed(Heard database, JsonObject proof) {
        return database.query(CONFIRMED, database.slot(), proof.getString("lsn"))
                .map(rows -> rows.size() > 0
                        && Boolean.TRUE.equals(rows.iterator().next().getBoolean("confirmed")));
    }

    private static JsonObject toJson(Map<Integer, Long> ends) {
        JsonObject json = new JsonObject();
        ends.forEach((partition, end) -> json.put(partition.toString(), end));
        return json;
    }
}
