package dev.godwit.migration.run;

import dev.godwit.migration.tail.CaptureSource;
import dev.godwit.migration.tail.TailPositions;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.util.Map;

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

    /** The snapshot is taken before the LSN is read: whoever is visible in it has committed before. */
    private static final String MOMENT =
            "SELECT pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS lsn";

    private static final String CONFIRMED = """
            SELECT confirmed_flush_lsn >= ($2::text)::pg_lsn AS confirmed, wal_status
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

    private final Runs runs;
    private final TailPositions positions;
    private final CaptureSource source;
    private final GodwitConfig config;

    @Inject
    public CaughtUp(Runs runs, @Any TailPositions positions, CaptureSource source, GodwitConfig config) {
        this.runs = runs;
        this.positions = positions;
        this.source = source;
        this.config = config;
    }

    /** How far a proof is. */
    public enum Verdict {
        NOT_YET,
        CAUGHT_UP,
        LOST
    }

    /** Writes a heartbeat and answers its number. What the source was like is known by then, so that any later change of it is noticed. */
    public Uni<Long> beat() {
        return source.look()
                .chain(() -> runs.execute(BEGIN))
                .map(rows -> rows.iterator().next().getLong("number"));
    }

    /** Begins a proof: what it answers is kept with the run until the proof is made. */
    public Uni<JsonObject> begin() {
        return beat().chain(number -> runs.execute(MOMENT).map(rows -> {
            Row moment = rows.iterator().next();
            return new JsonObject()
                    .put("heartbeat", number)
                    .put("lsn", moment.getString("lsn"))
                    .put("snapshot", moment.getString("snapshot"));
        }));
    }

    /** Goes on with a proof; {@code ends} are added to it once the slot has confirmed. */
    public Uni<Verdict> proceed(JsonObject proof, long firstHeartbeat) {
        if (!proof.containsKey("ends")) {
            return confirmed(proof)
                    .chain(confirmed ->
                            confirmed ? ends(proof) : Uni.createFrom().item(Verdict.NOT_YET));
        }
        return runs.execute(BEHIND, proof.getJsonObject("ends"))
                .chain(rows -> rows.iterator().next().getLong("behind") > 0
                        ? Uni.createFrom().item(Verdict.NOT_YET)
                        : verdict(proof, firstHeartbeat));
    }

    /** Ends count only of the very topic that the tail reads: those of one made anew would be reached without anything having been read. */
    private Uni<Verdict> ends(JsonObject proof) {
        return positions.agreed().map(topic -> {
            topic.ifPresent(found -> proof.put("ends", toJson(found.ends())));
            return topic.isPresent() ? Verdict.NOT_YET : Verdict.LOST;
        });
    }

    /** What never came into the topic is not missed there: the source must have lived on, and every heartbeat must have come through it. */
    private Uni<Verdict> verdict(JsonObject proof, long firstHeartbeat) {
        return source.look()
                .chain(gap -> gap
                        ? Uni.createFrom().item(Verdict.LOST)
                        : runs.execute(LOST, proof.getLong("heartbeat"), firstHeartbeat)
                                .map(rows ->
                                        rows.iterator().next().getLong("lost") > 0 ? Verdict.LOST : Verdict.CAUGHT_UP));
    }

    private Uni<Boolean> confirmed(JsonObject proof) {
        return runs.execute(CONFIRMED, config.capture().slot(), proof.getString("lsn"))
                .map(rows -> rows.size() > 0
                        && Boolean.TRUE.equals(rows.iterator().next().getBoolean("confirmed")));
    }

    private static JsonObject toJson(Map<Integer, Long> ends) {
        JsonObject json = new JsonObject();
        ends.forEach((partition, end) -> json.put(partition.toString(), end));
        return json;
    }
}
