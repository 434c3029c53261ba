package dev.godwit.migration.tail;

import dev.godwit.migration.outbox.SentAgain;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.tail.HeardDatabases.Heard;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Watches what the change events come from: server, timeline and slot. Whoever needs to rely on the events having come without a gap looks here first.
 *
 * <p>Transaction: its own. Sightings of several instances come one after the other, so that none is compared with a later one.
 */
@ApplicationScoped
public class CaptureSource {

    /** A first sighting is never a gap. */
    private static final String REMEMBERED = """
            SELECT system_identifier, timeline, slot, coalesce(confirmed_lsn - '0/0'::pg_lsn, 0)::bigint AS confirmed, 0::bigint AS restart, transactions,
                   extract(epoch FROM clock_timestamp() - seen_at)::float8 AS ago
              FROM godwit.source
             WHERE database = $1
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
            INSERT INTO godwit.source (system_identifier, timeline, slot, confirmed_lsn, transactions, database)
            VALUES ($1, $2, $3, '0/0'::pg_lsn + $4::bigint::numeric, $5, $6)
            ON CONFLICT (database) DO UPDATE
                SET system_identifier = excluded.system_identifier, timeline = excluded.timeline, slot = excluded.slot,
                    confirmed_lsn = excluded.confirmed_lsn, transactions = excluded.transactions, seen_at = excluded.seen_at
            """;

    /** A run that a restored copy of its database knows too. */
    private static final String STRANGERS = """
            SELECT r.id
              FROM godwit.run AS r
              JOIN pg_control_system() AS c ON c.system_identifier <> r.cluster
             WHERE r.state IN ('planning', 'backfilling', 'following', 'verifying', 'cancelling', 'rolling-back')
            """;

    private final Runs runs;
    private final Gaps gaps;
    private final SentAgain sentAgain;

    @Inject
    public CaptureSource(Runs runs, Gaps gaps, SentAgain sentAgain) {
        this.runs = runs;
        this.gaps = gaps;
        this.sentAgain = sentAgain;
    }

    /** Looks at a database, and remembers what was seen; true when changes may have been lost since the last look, in which case runs are told. */
    public Uni<Boolean> look(Heard database) {
        return runs.inTransaction(connection -> compare(connection, database)
                        .call(gap -> gap.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : gaps.found(connection, database, gap.get()))
                        .map(Optional::isPresent))
                .call(() -> database.source().isEmpty()
                        ? stopStrangers().chain(sentAgain::send)
                        : Uni.createFrom().voidItem());
    }

    /** Nothing of theirs commits here anyway; their state says why. */
    private Uni<Void> stopStrangers() {
        return runs.execute(STRANGERS)
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .map(row -> row.getString("id"))
                .onItem()
                .transformToUniAndConcatenate(run -> runs.stopStranger(run))
                .onItem()
                .ignoreAsUni();
    }

    /** Rows of the outbox go through the same slot as the application's changes. */
    private static Uni<Optional<String>> compare(SqlConnection connection, Heard database) {
        return remembered(connection, database).chain(before -> seen(connection, database)
                .map(Optional::orElseThrow)
                .call(now -> connection
                        .preparedQuery(REMEMBER)
                        .execute(Tuple.of(
                                now.system(),
                                now.timeline(),
                                now.slot(),
                                now.confirmedLsn(),
                                now.transactions(),
                                database.name())))
                .map(now -> before.flatMap(then -> now.gapSince(then.what(), then.ago())))
                .call(gap -> gap.isPresent() && database.source().isEmpty()
                        ? SentAgain.since(
                                connection,
                                before.orElseThrow().what().confirmedLsn(),
                                before.orElseThrow().what().slot())
                        : Uni.createFrom().voidItem()));
    }

    private record Remembered(SourceSighting what, Duration ago) {}

    private static Uni<Optional<Remembered>> remembered(SqlConnection connection, Heard database) {
        return connection
                .preparedQuery(REMEMBERED)
                .execute(Tuple.of(database.name()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(row -> new Remembered(
                                SourceSighting.fromRow(row), Duration.ofMillis((long) (1000 * row.getDouble("ago"))))));
    }

    private static Uni<Optional<SourceSighting>> seen(SqlConnection connection, Heard database) {
        return database.source().isEmpty()
                ? sighting(connection, SEEN, Tuple.of(database.slot()))
                : database.query(SEEN, database.slot()).map(CaptureSource::first);
    }

    private static Uni<Optional<SourceSighting>> sighting(SqlConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(CaptureSource::first);
    }

    private static Optional<SourceSighting> first(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst().map(SourceSighting::fromRow);
    }
}
