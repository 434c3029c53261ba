package dev.godwit.migration.tail;

import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Watches what the change events come from: server, timeline and slot. Whoever needs to rely on the events having come without a gap looks here first.
 *
 * <p>Transaction: its own. Sightings of several instances come one after the other, so that none is compared with a later one.
 */
@ApplicationScoped
public class CaptureSource {

    /** A first sighting is never a gap. */
    private static final String REMEMBERED = """
            SELECT system_identifier, timeline, slot, coalesce(confirmed_lsn - '0/0'::pg_lsn, 0)::bigint AS confirmed, 0::bigint AS restart, transactions
              FROM godwit.source
               FOR UPDATE
            """;

    /** The timeline of the WAL being written; the control file tells of a new one only after a checkpoint. */
    private static final String SEEN = """
            SELECT c.system_identifier,
                   ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::integer AS timeline,
                   coalesce(s.confirmed_flush_lsn IS NOT NULL AND s.wal_status <> 'lost', false) AS slot,
                   coalesce(s.confirmed_flush_lsn - '0/0'::pg_lsn, 0)::bigint AS confirmed,
                   coalesce(s.restart_lsn - '0/0'::pg_lsn, 0)::bigint AS restart,
                   coalesce(t.total_txns, 0) AS transactions
              FROM pg_control_system() AS c
              LEFT JOIN pg_replication_slots AS s ON s.slot_name = $1
              LEFT JOIN pg_stat_replication_slots AS t ON t.slot_name = s.slot_name
            """;

    private static final String REMEMBER = """
            INSERT INTO godwit.source (system_identifier, timeline, slot, confirmed_lsn, transactions)
            VALUES ($1, $2, $3, '0/0'::pg_lsn + $4::bigint::numeric, $5)
            ON CONFLICT (one) DO UPDATE
                SET system_identifier = excluded.system_identifier, timeline = excluded.timeline, slot = excluded.slot,
                    confirmed_lsn = excluded.confirmed_lsn, transactions = excluded.transactions, seen_at = excluded.seen_at
            """;

    private final Runs runs;
    private final Gaps gaps;
    private final GodwitConfig config;

    @Inject
    public CaptureSource(Runs runs, Gaps gaps, GodwitConfig config) {
        this.runs = runs;
        this.gaps = gaps;
        this.config = config;
    }

    /** Looks, and remembers what was seen; true when changes may have been lost since the last look, in which case runs are told. */
    public Uni<Boolean> look() {
        return runs.inTransaction(connection -> compare(connection)
                .call(gap -> gap.isEmpty() ? Uni.createFrom().voidItem() : gaps.found(connection, gap.get()))
                .map(Optional::isPresent));
    }

    private Uni<Optional<String>> compare(SqlConnection connection) {
        return sighting(connection, REMEMBERED, Tuple.tuple()).chain(before -> sighting(
                        connection, SEEN, Tuple.of(config.capture().slot()))
                .map(Optional::orElseThrow)
                .call(now -> connection
                        .preparedQuery(REMEMBER)
                        .execute(Tuple.of(
                                now.system(), now.timeline(), now.slot(), now.confirmedLsn(), now.transactions())))
                .map(now -> before.flatMap(now::gapSince)));
    }

    private static Uni<Optional<SourceSighting>> sighting(SqlConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> {
            for (Row row : rows) {
                return Optional.of(SourceSighting.fromRow(row));
            }
            return Optional.empty();
        });
    }
}
