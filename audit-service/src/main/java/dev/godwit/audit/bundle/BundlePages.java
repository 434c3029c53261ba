package dev.godwit.audit.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.trail.EventGroups;
import dev.godwit.audit.trail.HashChain;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** Reads a run's events with all their outcomes, a few at a time, along the chains. <b>Runs on:</b> a worker, which it blocks. */
@ApplicationScoped
class BundlePages {

    /** At most 20,000 outcomes. */
    static final int EVENTS = 20;

    private static final int HASH_DIGITS = 64;

    private static final String PAGE = """
            SELECT id, event_id, stream, sequence, previous_hash, hash, lane, mode, batch, command_id, table_name, occurred_at, outcomes, leaves,
                   is_let_go(occurred_at, received_at) AS let_go
              FROM trail_event
             WHERE run = ? AND (stream, sequence) > (?, ?)
             ORDER BY stream, sequence
             LIMIT
            """ + EVENTS;

    private static final String ROWS = """
            SELECT event, position, table_name, key, new_key, outcome, reason, detail, salt
              FROM trail_outcome
             WHERE event = ANY (?)
             ORDER BY event, position
            """;

    /** An event as a line of the bundle, and its leaves in hex. */
    private record Line(ObjectNode json, List<String> leaves) {}

    private final DataSource database;
    private final ObjectMapper json;

    BundlePages(DataSource database, ObjectMapper json) {
        this.database = database;
        this.json = json;
    }

    /** The events after this place; fewer than {@link #EVENTS} when they are the last. */
    List<ObjectNode> page(String run, String stream, long sequence) throws SQLException {
        try (Connection connection = database.getConnection()) {
            Map<Long, Line> events = events(connection, run, stream, sequence);
            try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
                statement.setArray(
                        1, connection.createArrayOf("int8", events.keySet().toArray()));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        add(events.get(rows.getLong("event")), rows);
                    }
                }
            }
            return events.values().stream().map(Line::json).toList();
        }
    }

    private Map<Long, Line> events(Connection connection, String run, String stream, long sequence)
            throws SQLException {
        Map<Long, Line> events = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(PAGE)) {
            statement.setString(1, run);
            statement.setString(2, stream);
            statement.setLong(3, sequence);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    events.put(row.getLong("id"), line(row));
                }
            }
        }
        return events;
    }

    private Line line(ResultSet row) throws SQLException {
        HexFormat hex = HexFormat.of();
        ObjectNode event = json.createObjectNode()
                .put("id", row.getString("event_id"))
                .put("stream", row.getString("stream"))
                .put("sequence", row.getLong("sequence"))
                .put("previousHash", hex.formatHex(row.getBytes("previous_hash")))
                .put("hash", hex.formatHex(row.getBytes("hash")))
                .put("lane", row.getString("lane"))
                .put("mode", row.getString("mode"))
                .put("batch", row.getObject("batch", Long.class))
                .put("commandId", row.getString("command_id"))
                .put("table", row.getString("table_name"))
                .put(
                        "at",
                        row.getObject("occurred_at", OffsetDateTime.class)
                                .toInstant()
                                .toString());
        byte[] bytes = row.getBytes("leaves");
        int count = row.getInt("outcomes");
        byte[] groups = EventGroups.leafBehind(bytes, count);
        if (groups != null) {
            event.put("groups", hex.formatHex(groups));
            bytes = Arrays.copyOf(bytes, count * HashChain.HASH_BYTES);
        }
        ArrayNode outcomes = event.putArray("outcomes");
        String digits = hex.formatHex(bytes);
        List<String> leaves = IntStream.range(0, digits.length() / HASH_DIGITS)
                .mapToObj(i -> digits.substring(i * HASH_DIGITS, (i + 1) * HASH_DIGITS))
                .toList();
        if (row.getBoolean("let_go")) {
            leaves.forEach(leaf -> outcomes.addObject().put("redacted", leaf).put("letGo", true));
        }
        return new Line(event, leaves);
    }

    private static void add(Line line, ResultSet row) throws SQLException {
        ObjectNode outcome = ((ArrayNode) line.json().get("outcomes"))
                .addObject()
                .put("table", row.getString("table_name"))
                .put("outcome", row.getString("outcome"))
                .put("reason", row.getString("reason"));
        String salt = row.getString("salt");
        int position = row.getInt("position");
        if (salt == null && position <= line.leaves().size()) {
            outcome.put("redacted", line.leaves().get(position - 1));
        } else {
            outcome.put("key", row.getString("key"))
                    .put("newKey", row.getString("new_key"))
                    .put("detail", row.getString("detail"))
                    .put("salt", salt);
        }
    }
}
