package dev.godwit.migration.outbox;

import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Sends events once more that may have been lost between the outbox and whoever reads them: the slot that was to carry them is gone, or the topics that held them are.
 *
 * <p>Idempotency: an event keeps its id, by which consumers know it. Failure semantics: what is due stands in {@code godwit.source} until it has been sent.
 */
@ApplicationScoped
public class SentAgain {

    private static final int EVENTS_AT_ONCE = 200;

    /** The newest mark that the lost slot had confirmed bounds what it had carried, but for what was sent again later. Without a slot before, what was due then still is. */
    private static final String SINCE = """
            UPDATE godwit.source
               SET resend_from = CASE WHEN $2 OR resend_from IS NULL
                                      THEN least(resend_from,
                                                 coalesce((SELECT max(at) FROM godwit.outbox_mark WHERE lsn <= '0/0'::pg_lsn + $1::bigint::numeric), '-infinity'),
                                                 CASE WHEN resent_lsn > '0/0'::pg_lsn + $1::bigint::numeric THEN resent_from END)
                                      ELSE resend_from
                                 END,
                   resend_until = NULL
             WHERE database = ''
            """;

    private static final String ALL = """
            UPDATE godwit.source
               SET resend_from = '-infinity', resend_until = NULL
             WHERE database = ''
            """;

    private static final String NEXT = "SELECT godwit.send_again($1) AS more";

    private final WorkerSessions sessions;

    @Inject
    public SentAgain(WorkerSessions sessions) {
        this.sessions = sessions;
    }

    /**
     * Notes that a slot was lost; joins the caller's transaction.
     *
     * @param confirmed up to where its reader had taken everything, in bytes since the beginning of the WAL
     * @param wasThere whether {@code confirmed} is known at all
     */
    public static Uni<Void> since(SqlConnection connection, long confirmed, boolean wasThere) {
        return connection
                .preparedQuery(SINCE)
                .execute(Tuple.of(confirmed, wasThere))
                .replaceWithVoid();
    }

    /** Notes that topics were lost: whatever the outbox still has is due; joins the caller's transaction. */
    public static Uni<Void> all(SqlConnection connection) {
        return connection.query(ALL).execute().replaceWithVoid();
    }

    /** Sends what is due, part by part; nothing while there is no slot that would carry it. */
    public Uni<Void> send() {
        return Multi.createBy()
                .repeating()
                .uni(() -> sessions.inTransaction(connection -> connection
                        .preparedQuery(NEXT)
                        .execute(Tuple.of(EVENTS_AT_ONCE))
                        .map(rows -> rows.iterator().next().getBoolean("more"))))
                .whilst(more -> more)
                .onItem()
                .ignoreAsUni();
    }
}
