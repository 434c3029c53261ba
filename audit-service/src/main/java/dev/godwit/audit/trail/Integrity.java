package dev.godwit.audit.trail;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * Computes a run's chains again from the rows that are stored now, piece by piece, so that size costs time and not memory. <b>Runs on:</b> a worker, which it
 * blocks.
 */
@ApplicationScoped
public class Integrity {

    /** So many events at a time: at most 200,000 outcomes. */
    private static final int EVENTS = 200;

    private static final int FETCH = 5_000;

    private static final String EVENTS_AFTER = """
            SELECT id, run, stream, sequence, previous_hash, hash, event_id, occurred_at, outcomes, leaves,
                   is_let_go(occurred_at, received_at) AS let_go
              FROM trail_event
             WHERE run = ? AND (stream, sequence) > (?, ?)
             ORDER BY stream, sequence
             LIMIT ?
            """;

    private static final String EVENTS_OF_STREAM = """
            SELECT id, run, stream, sequence, previous_hash, hash, event_id, occurred_at, outcomes, leaves,
                   is_let_go(occurred_at, received_at) AS let_go
              FROM trail_event
             WHERE run = ? AND stream = ? AND sequence > ? AND sequence <= ?
             ORDER BY sequence
             LIMIT ?
            """;

    private static final String HASH_AT = "SELECT hash FROM trail_event WHERE run = ? AND stream = ? AND sequence = ?";

    private static final String ROWS = """
            SELECT event, position, occurred_at, run, table_name, key, new_key, outcome, reason, salt,
                   salt IS NULL AND EXISTS (SELECT FROM redaction r WHERE r.event = o.event AND r.position = o.position) AS redacted
              FROM trail_outcome o
             WHERE event = ANY (?)
             ORDER BY event, position, occurred_at
            """;

    /** Where to go on: after this event. */
    public record Place(String stream, long sequence) {

        /** Before every event. */
        public static final Place START = new Place("", 0);
    }

    /**
     * A piece of a run, computed again.
     *
     * @param letGo of the outcomes, those whose rows are not kept any more: their leaves are proved, their content is gone
     * @param findings in the order of the chains; none when all holds
     * @param next null after the last piece
     */
    public record Piece(long events, long outcomes, long letGo, List<Finding> findings, Place next) {}

    private final DataSource database;

    Integrity(DataSource database) {
        this.database = database;
    }

    /** The next piece of the run's chains. */
    public Piece check(String run, Place after) throws SQLException {
        return read(connection -> check(connection, run, after, events(connection, run, after)));
    }

    /** The next piece of one chain, up to the event of that number. */
    public Piece check(String run, Place after, long until) throws SQLException {
        return read(connection -> check(connection, run, after, eventsOfStream(connection, run, after, until)));
    }

    /** What is asked of the database in one transaction: rows come as they are fetched only within one. */
    private interface Question {
        Piece answer(Connection connection) throws SQLException;
    }

    private Piece read(Question question) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                return question.answer(connection);
            } finally {
                connection.rollback();
            }
        }
    }

    private static Piece check(Connection connection, String run, Place after, Map<Long, StoredEvent> events)
            throws SQLException {
        List<Finding> findings = new ArrayList<>();
        checkRows(connection, events, findings);
        checkChain(events, hashAt(connection, run, after), after, findings);
        findings.sort(Finding.IN_ORDER);
        long outcomes =
                events.values().stream().mapToLong(event -> event.outcomes).sum();
        long letGo = events.values().stream()
                .filter(event -> event.letGo)
                .mapToLong(event -> event.outcomes)
                .sum();
        Place last = after;
        for (StoredEvent event : events.values()) {
            last = new Place(event.stream, event.sequence);
        }
        return new Piece(events.size(), outcomes, letGo, List.copyOf(findings), events.size() == EVENTS ? last : null);
    }

    private static Map<Long, StoredEvent> events(Connection connection, String run, Place after) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EVENTS_AFTER)) {
            statement.setString(1, run);
            statement.setString(2, after.stream());
            statement.setLong(3, after.sequence());
            statement.setInt(4, EVENTS);
            return events(statement);
        }
    }

    private static Map<Long, StoredEvent> eventsOfStream(Connection connection, String run, Place after, long until)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EVENTS_OF_STREAM)) {
            statement.setString(1, run);
            statement.setString(2, after.stream());
            statement.setLong(3, after.sequence());
            statement.setLong(4, until);
            statement.setInt(5, EVENTS);
            return events(statement);
        }
    }

    private static Map<Long, StoredEvent> events(PreparedStatement statement) throws SQLException {
        Map<Long, StoredEvent> events = new LinkedHashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                StoredEvent event = StoredEvent.of(rows);
                events.put(event.id, event);
            }
        }
        return events;
    }

    private static byte[] hashAt(Connection connection, String run, Place place) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HASH_AT)) {
            statement.setString(1, run);
            statement.setString(2, place.stream());
            statement.setLong(3, place.sequence());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getBytes(1) : new byte[0];
            }
        }
    }

    private static void checkRows(Connection connection, Map<Long, StoredEvent> events, List<Finding> findings)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setArray(
                    1, connection.createArrayOf("int8", events.keySet().toArray()));
            statement.setFetchSize(FETCH);
            Set<Long> unseen = new TreeSet<>(events.keySet());
            try (ResultSet rows = statement.executeQuery()) {
                StoredEvent event = null;
                while (rows.next()) {
                    StoredRow row = StoredRow.of(rows);
                    if (event == null || event.id != row.event()) {
                        end(event, findings);
                        event = events.get(row.event());
                        unseen.remove(row.event());
                    }
                    event.hold(row, findings);
                }
                end(event, findings);
            }
            unseen.forEach(id -> events.get(id).end(findings));
        }
    }

    private static void end(StoredEvent event, List<Finding> findings) {
        if (event != null) {
            event.end(findings);
        }
    }

    private static void checkChain(
            Map<Long, StoredEvent> events, byte[] hashAtPlace, Place after, List<Finding> findings) {
        String stream = after.stream();
        long sequence = after.sequence();
        byte[] hash = hashAtPlace;
        for (StoredEvent event : events.values()) {
            if (!event.stream.equals(stream)) {
                stream = event.stream;
                sequence = 0;
                hash = new byte[0];
            }
            String fault = event.fault(sequence, hash);
            if (fault != null) {
                findings.add(new Finding(event.stream, event.sequence, null, fault));
            }
            sequence = event.sequence;
            hash = event.hash;
        }
    }
}
