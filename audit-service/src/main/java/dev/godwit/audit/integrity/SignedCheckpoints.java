package dev.godwit.audit.integrity;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.StreamSupport;

/** Lists checkpoints; whether they hold is {@link CheckpointProof}'s question. */
@ApplicationScoped
public class SignedCheckpoints {

    private static final String NEWEST = """
            SELECT c.number, c.made_at, encode(c.hash, 'hex') AS hash, encode(c.public_key, 'hex') AS public_key,
                   (SELECT count(*) FROM checkpoint_chain h WHERE h.checkpoint = c.number) AS chains
              FROM checkpoint c
             ORDER BY c.number DESC
             LIMIT $1
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

    private static SignedCheckpoint checkpoint(Row row) {
        return new SignedCheckpoint(
                row.getLong("number"),
                row.getOffsetDateTime("made_at").toInstant(),
                row.getLong("chains"),
                row.getString("hash"),
                row.getString("public_key"));
    }
}
