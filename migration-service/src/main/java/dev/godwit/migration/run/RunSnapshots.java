package dev.godwit.migration.run;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Runs as the outside sees them: the data of run events and the answer of REST are the same object. */
final class RunSnapshots {

    /** Totals are the sums of the streams' counters: one shared row would queue every commit behind the last. */
    private static final String SNAPSHOT = """
            SELECT r.*, r.barrier_xid::text AS barrier, r.as_of::text AS as_of_text, r.started_lsn::text AS started_lsn_text,
                   s.migrated, s.unchanged, s.skipped, s.conflict, s.failed, s.reverted, s.diverged, s.translated,
                   c.total AS chunks_total, c.done AS chunks_done, c.blocks_total, c.blocks_done,
                   (SELECT max(t.lag_millis) FROM godwit.tail AS t) AS tail_lag,
                   (SELECT count(*) FROM godwit.pending_key AS p WHERE p.run_id = r.id) AS pending,
                   t.reason AS throttle, t.detail AS throttle_detail, t.share AS pace_share
              FROM godwit.run AS r
             CROSS JOIN LATERAL (SELECT coalesce(sum(migrated), 0)::bigint AS migrated, coalesce(sum(unchanged), 0)::bigint AS unchanged,
                                        coalesce(sum(skipped), 0)::bigint AS skipped, coalesce(sum(conflict), 0)::bigint AS conflict,
                                        coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(reverted), 0)::bigint AS reverted,
                                        coalesce(sum(diverged), 0)::bigint AS diverged, coalesce(sum(translated), 0)::bigint AS translated
                                   FROM godwit.stream AS s
                                  WHERE s.run_id = r.id) AS s
             CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE c.state = 'done') AS done,
                                        coalesce(sum(c.to_block - c.from_block), 0)::bigint AS blocks_total,
                                        coalesce(sum(c.cursor - c.from_block), 0)::bigint AS blocks_done
                                   FROM godwit.chunk AS c
                                  WHERE c.run_id = r.id
                                    AND c.generation = r.generation) AS c
              LEFT JOIN LATERAL (SELECT p.share,
                                        CASE WHEN p.decided_at > clock_timestamp() - interval '10 seconds' AND p.reason IS NOT NULL THEN p.reason
                                             WHEN p.held_until > clock_timestamp() - interval '2 seconds' THEN 'max_rate'
                                        END AS reason,
                                        CASE WHEN p.decided_at > clock_timestamp() - interval '10 seconds' THEN p.detail END AS detail
                                   FROM godwit.pace AS p
                                  WHERE p.run_id = r.id
                                    AND r.state IN ('planning', 'backfilling', 'following', 'verifying', 'rolling-back')) AS t ON true
            """;

    private static final String ONE = SNAPSHOT + " WHERE r.id = $1";

    private static final String MANY = SNAPSHOT + """
             WHERE ($1::text IS NULL OR r.migration = $1)
               AND ($2::text IS NULL OR r.state = $2)
               AND ($3::text IS NULL OR r.serial < (SELECT a.serial FROM godwit.run AS a WHERE a.id = $3))
             ORDER BY r.serial DESC
             LIMIT $4
            """;

    private RunSnapshots() {}

    static Uni<Optional<JsonObject>> find(SqlClient client, String runId) {
        return client.preparedQuery(ONE)
                .execute(Tuple.of(runId))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(RunSnapshots::toJson))
                .chain(found -> found.isPresent() && endsChains(found.get())
                        ? StreamEnds.of(client, runId).map(streams -> found.map(run -> run.put("streams", streams)))
                        : Uni.createFrom().item(found));
    }

    static Uni<JsonArray> list(SqlClient client, RunPage page) {
        return client.preparedQuery(MANY)
                .execute(Tuple.of(
                        page.migration().orElse(null),
                        page.state().orElse(null),
                        page.after().orElse(null),
                        page.limit()))
                .map(rows -> {
                    JsonArray runs = new JsonArray();
                    rows.forEach(row -> runs.add(toJson(row)));
                    return runs;
                });
    }

    private static boolean endsChains(JsonObject run) {
        return RunState.ofWireName(run.getString("state")).isTerminal();
    }

    private static JsonObject toJson(Row row) {
        JsonObject counts = counts(row);
        return new JsonObject()
                .put("run", row.getString("id"))
                .put("migration", row.getString("migration"))
                .put("operation", row.getString("operation"))
                .put("mode", row.getString("mode"))
                .put("state", row.getString("state"))
                .put("previousState", row.getString("previous_state"))
                .put("reason", row.getString("reason"))
                .put("requestedBy", row.getString("requested_by"))
                .put("commandId", row.getString("command_id"))
                .put("definitionHash", row.getString("definition_hash"))
                .put("partial", row.getLong("entity_limit") != null || row.getBoolean("only_keys"))
                .put("createdAt", iso(row.getOffsetDateTime("created_at")))
                .put("at", iso(row.getOffsetDateTime("updated_at")))
                .put("endedAt", iso(row.getOffsetDateTime("ended_at")))
                .put("version", row.getLong("version"))
                .put("counts", counts)
                .put("references", new JsonObject().put("translated", row.getLong("translated")))
                .put("progress", progress(row, counts))
                .put("throttle", throttle(row))
                .put("plan", row.getJsonObject("plan"))
                .put("verification", row.getJsonObject("verification"))
                .put("verifyAsked", row.getBoolean("verify_asked"))
                .put("startedLsn", row.getString("started_lsn_text"))
                .put("restorePoint", row.getString("restore_point"))
                .put("asOf", row.getString("as_of_text"))
                .putNull("streams");
    }

    /** A run as slow as its level wants it is not held back. */
    private static JsonObject throttle(Row row) {
        return new JsonObject()
                .put("reason", row.getString("throttle"))
                .put("detail", row.getString("throttle_detail"))
                .put("pace", row.getString("pace"))
                .put("share", row.getDouble("pace_share"))
                .put("onlyBetween", row.getString("only_between"));
    }

    private static JsonObject counts(Row row) {
        JsonObject counts = new JsonObject();
        List.of("migrated", "unchanged", "skipped", "conflict", "failed", "reverted", "diverged")
                .forEach(kind -> counts.put(kind, row.getLong(kind)));
        return counts;
    }

    /** The rate is over the run's life so far: exact counters, no estimate; the ETA follows from blocks, which are known beforehand. */
    private static JsonObject progress(Row row, JsonObject counts) {
        long done = counts.getLong("migrated")
                + counts.getLong("unchanged")
                + counts.getLong("skipped")
                + counts.getLong("conflict")
                + counts.getLong("failed");
        long total = row.getLong("blocks_total");
        long read = row.getLong("blocks_done");
        OffsetDateTime created = row.getOffsetDateTime("created_at");
        OffsetDateTime ended = row.getOffsetDateTime("ended_at");
        Instant until = ended == null ? Instant.now() : ended.toInstant();
        double seconds = Math.max(0.001, created.toInstant().until(until, ChronoUnit.MILLIS) / 1000.0);
        boolean working = ended == null && read > 0 && read < total;
        return new JsonObject()
                .put("phase", row.getString("phase"))
                .put("chunksTotal", row.getLong("chunks_total"))
                .put("chunksDone", row.getLong("chunks_done"))
                .put("entitiesEstimated", row.getLong("entities_estimated"))
                .put("entitiesDone", done)
                .put("ratePerSecond", Math.round(done / seconds * 10) / 10.0)
                .put("etaSeconds", working ? (Object) (Math.round(seconds * (total - read) / read * 10) / 10.0) : null)
                .put("tailLagMillis", row.getDouble("tail_lag"))
                .put("pendingKeys", row.getLong("pending"));
    }

    private static String iso(OffsetDateTime time) {
        return time == null ? null : time.toInstant().toString();
    }
}
