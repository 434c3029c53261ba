package dev.godwit.audit.trail;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes outcome events, a polled batch at a time, each statement over the whole batch; outcomes by COPY, which the reactive client has not got.
 *
 * <p><b>Transaction:</b> opens one for the batch. <b>Idempotency:</b> an event that is known is left alone, in whatever order events come and however
 * often. <b>Failure semantics:</b> nothing is stored, and the caller tries again. <b>Runs on:</b> a worker, which it blocks.
 */
@ApplicationScoped
public class TrailStore {

    private static final byte[] COPY_HEADER =
            "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] COPY_TRAILER = {-1, -1};
    private static final Instant EPOCH_OF_POSTGRESQL = Instant.parse("2000-01-01T00:00:00Z");

    /** A check that a row does not meet; the only one here is that of partitions. */
    private static final String NO_PARTITION = "23514";

    private final DataSource database;
    private final Set<YearMonth> partitions = ConcurrentHashMap.newKeySet();
    private final Semaphore turns = new Semaphore(1, true);

    TrailStore(DataSource database) {
        this.database = database;
    }

    /**
     * Stores what is new of these events.
     *
     * @throws SQLException and nothing was stored
     */
    public Ingested store(List<OutcomeEvent> events) throws SQLException {
        if (events.isEmpty()) {
            return Ingested.NOTHING;
        }
        try {
            return storeOnce(events);
        } catch (SQLException e) {
            // A month that was let go meanwhile has no partition any more.
            if (NO_PARTITION.equals(e.getSQLState()) && partitions.removeAll(Set.copyOf(partitions))) {
                return storeOnce(events);
            }
            throw e;
        }
    }

    private Ingested storeOnce(List<OutcomeEvent> events) throws SQLException {
        try (Turn turn = new Turn(turns);
                Connection connection = database.getConnection()) {
            makePartitions(connection, events);
            connection.setAutoCommit(false);
            try {
                Map<UUID, Long> ids = insertEvents(connection, events);
                turn.end();
                Ingested ingested = store(connection, events, ids);
                connection.commit();
                return ingested;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    /**
     * Batches claim the places of their events one after the other: of two events for one place the first keeps it, and the batch of the second waits until the
     * first is committed. Everything after that they do at the same time.
     */
    private static final class Turn implements AutoCloseable {

        private final Semaphore turns;
        private boolean ended;

        Turn(Semaphore turns) {
            this.turns = turns;
            turns.acquireUninterruptibly();
        }

        void end() {
            if (!ended) {
                ended = true;
                turns.release();
            }
        }

        @Override
        public void close() {
            end();
        }
    }

    /** In transactions of their own: whoever comes second waits for no ingest. */
    private void makePartitions(Connection connection, List<OutcomeEvent> events) throws SQLException {
        Set<YearMonth> missing = events.stream()
                .map(event -> YearMonth.from(event.at().atOffset(ZoneOffset.UTC)))
                .filter(month -> !partitions.contains(month))
                .collect(Collectors.toSet());
        for (YearMonth month : missing) {
            try (PreparedStatement statement = connection.prepareStatement(TrailStatements.MAKE_PARTITION)) {
                statement.setDate(1, Date.valueOf(month.atDay(1)));
                statement.execute();
            }
            partitions.add(month);
        }
    }

    private static Ingested store(Connection connection, List<OutcomeEvent> events, Map<UUID, Long> ids)
            throws SQLException {
        Map<UUID, OutcomeEvent> stored = new LinkedHashMap<>();
        List<OutcomeEvent> refused = new ArrayList<>();
        for (OutcomeEvent event : events) {
            // An id that comes twice within one poll is stored once; the second is looked at like any other repetition.
            if (!ids.containsKey(event.id()) || stored.putIfAbsent(event.id(), event) != null) {
                refused.add(event);
            }
        }
        List<OutcomeEvent> fresh = List.copyOf(stored.values());
        if (!fresh.isEmpty()) {
            copyOutcomes(connection, fresh, ids);
            count(connection, fresh);
            GroupTallies.count(connection, fresh);
        }
        int findings = recordFindings(connection, fresh, refused, ids);
        int outcomes =
                fresh.stream().mapToInt(event -> event.outcomes().count()).sum();
        return new Ingested(fresh.size(), outcomes, refused.size(), findings);
    }

    private static Map<UUID, Long> insertEvents(Connection connection, List<OutcomeEvent> events) throws SQLException {
        Map<UUID, Long> ids = new HashMap<>();
        try (Columns<OutcomeEvent> columns = new Columns<>(connection, TrailStatements.INSERT_EVENTS, events)) {
            columns.add("uuid", OutcomeEvent::id)
                    .add("text", OutcomeEvent::run)
                    .add("text", OutcomeEvent::migration)
                    .add("text", OutcomeEvent::mode)
                    .add("text", OutcomeEvent::lane)
                    .add("text", OutcomeEvent::stream)
                    .add("int8", OutcomeEvent::sequence)
                    .addBytes(event -> HexFormat.of().parseHex(event.previousHash()))
                    .addBytes(event -> HexFormat.of().parseHex(event.hash()))
                    .add("int8", OutcomeEvent::batch)
                    .add("text", OutcomeEvent::commandId)
                    .add("text", OutcomeEvent::table)
                    .add("int4", event -> event.outcomes().count())
                    .add("timestamptz", event -> event.at().toString())
                    .addBytes(OutcomeEvent::leaves);
            try (ResultSet rows = columns.statement().executeQuery()) {
                while (rows.next()) {
                    ids.put(rows.getObject("event_id", UUID.class), rows.getLong("id"));
                }
            }
        }
        return ids;
    }

    private static void copyOutcomes(Connection connection, List<OutcomeEvent> events, Map<UUID, Long> ids)
            throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(TrailStatements.COPY_OUTCOMES);
        try {
            copy.writeToCopy(COPY_HEADER, 0, COPY_HEADER.length);
            for (OutcomeEvent event : events) {
                EncodedOutcomes outcomes = event.outcomes();
                outcomes.place(ids.get(event.id()), EPOCH_OF_POSTGRESQL.until(event.at(), ChronoUnit.MICROS));
                copy.writeToCopy(outcomes.rows(), 0, outcomes.length());
            }
            copy.writeToCopy(COPY_TRAILER, 0, COPY_TRAILER.length);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private static void count(Connection connection, List<OutcomeEvent> events) throws SQLException {
        List<Tallies.Counted> counts = Tallies.of(events);
        try (Columns<Tallies.Counted> columns = new Columns<>(connection, TrailStatements.COUNT, counts)) {
            columns.add("text", Tallies.Counted::run)
                    .add("text", Tallies.Counted::table)
                    .add("bool", Tallies.Counted::entity)
                    .add("text", Tallies.Counted::outcome)
                    .add("text", Tallies.Counted::reason)
                    .add("int8", Tallies.Counted::count)
                    .update();
        }
    }

    private static int recordFindings(
            Connection connection, List<OutcomeEvent> fresh, List<OutcomeEvent> refused, Map<UUID, Long> ids)
            throws SQLException {
        List<Long> rows = List.copyOf(ids.values());
        int findings = 0;
        if (!rows.isEmpty()) {
            run(connection, TrailStatements.ADVANCE_STREAMS, "int8", rows);
            findings += run(connection, TrailStatements.FIND_BROKEN_LINKS, "int8", rows);
        }
        List<UUID> broken = fresh.stream()
                .filter(event -> !event.hashHolds())
                .map(OutcomeEvent::id)
                .toList();
        if (!broken.isEmpty()) {
            findings += run(connection, TrailStatements.RECORD_BROKEN_HASHES, "uuid", broken);
        }
        return refused.isEmpty() ? findings : findings + findImpostors(connection, refused);
    }

    private static int findImpostors(Connection connection, List<OutcomeEvent> refused) throws SQLException {
        try (Columns<OutcomeEvent> columns = new Columns<>(connection, TrailStatements.FIND_IMPOSTORS, refused)) {
            return columns.add("uuid", OutcomeEvent::id)
                    .add("text", OutcomeEvent::run)
                    .add("text", OutcomeEvent::stream)
                    .add("int8", OutcomeEvent::sequence)
                    .addBytes(event -> HexFormat.of().parseHex(event.hash()))
                    .update();
        }
    }

    @CanIgnoreReturnValue
    private static <V> int run(Connection connection, String sql, String type, List<V> values) throws SQLException {
        try (Columns<V> columns = new Columns<>(connection, sql, values)) {
            return columns.add(type, value -> value).update();
        }
    }
}
