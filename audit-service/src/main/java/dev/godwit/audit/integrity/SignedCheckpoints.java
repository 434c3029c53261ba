package dev.godwit.audit.integrity;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.StreamSupport;

/** Lists checkpoints and what was proved; whether they hold is {@link CheckpointProof}'s question. */
@ApplicationScoped
public class SignedCheckpoints {

    private static final String NEWEST = """
            SELECT c.number, c.made_at, encode(c.hash, 'hex') AS hash, encode(c.public_key, 'hex') AS public_key,
                   (SELECT count(*) FROM checkpoint_chain h WHERE h.checkpoint = c.number) AS chains
              FROM checkpoint c
             ORDER BY c.number DESC
             LIMIT $1
            """;

    private static final String PROVED = """
            SELECT p.ended_at, coalesce(p.millis, 0) AS millis, coalesce(p.events, 0) AS events, coalesce(p.outcomes, 0) AS outcomes,
                   (SELECT coalesce(sum(s.checkpointed - s.proved), 0)::bigint FROM trail_stream s WHERE s.proved < s.checkpointed) AS waiting
              FROM (SELECT true) AS always
              LEFT JOIN proof p ON true
            """;

    private static final String FINDINGS = """
            SELECT run, stream, sequence, position, kind FROM proof_finding ORDER BY found_at DESC LIMIT 100
            """;

    private final Pool pool;

    SignedCheckpoints(Pool pool) {
        this.pool = pool;
    }

    /** The newest first. */
    public Uni<List<SignedCheckpoint>> newest(int limit) {
        return pool.preparedQuery(NEWEST).execute(Tuple.of(limit)).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .map(SignedCheckpoints::checkpoint)
                .toList());
    }

    /** What the service has computed again by itself. */
    public Uni<Proved> proved() {
        return pool.query(FINDINGS)
                .execute()
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(SignedCheckpoints::broken)
                        .toList())
                .chain(findings -> pool.query(PROVED)
                        .execute()
                        .map(rows -> proved(rows.iterator().next(), findings)));
    }

    private static CheckpointProof.Broken broken(Row row) {
        return new CheckpointProof.Broken(
                row.getString("run"),
                row.getString("stream"),
                row.getLong("sequence"),
                row.getInteger("position"),
                row.getString("kind"));
    }

    private static Proved proved(Row row, List<CheckpointProof.Broken> findings) {
        OffsetDateTime at = row.getOffsetDateTime("ended_at");
        return new Proved(
                at == null ? null : at.toInstant(),
                row.getLong("millis"),
                row.getLong("events"),
                row.getLong("outcomes"),
                row.getLong("waiting"),
                findings);
    }

    private static SignedCheckpoint checkpoint(Row row) {
        return new SignedCheckpoint(
                row.getLong("number"),
                row.getOffsetDateTime("made_at").toInstant(),
                row.getLong("chains"),
                row.getString("hash"),
                row.getString("public_key"));
    }
}
