package dev.godwit.audit.trail;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * What is missing from the trail, and what became of asking for it. <b>Transaction:</b> one for a look; of several instances one looks. <b>Runs on:</b> a
 * worker, which it blocks.
 */
@ApplicationScoped
public class Gaps {

    private final DataSource database;
    private final Set<String> whole = ConcurrentHashMap.newKeySet();

    Gaps(DataSource database) {
        this.database = database;
    }

    /**
     * Writes down what is missing now.
     *
     * @param versions of runs as migration-service tells them: what is known here must come up to that
     * @param grace how late an event may be
     * @param horizon runs that have been quiet for longer are not looked at
     * @return what is to be asked for
     */
    public List<Gap> look(Map<String, Long> versions, Duration grace, Duration horizon) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                List<Gap> due = isAlone(connection) ? look(connection, versions, grace, horizon) : List.of();
                connection.commit();
                return due;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private static boolean isAlone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(GapStatements.LOCK)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private List<Gap> look(Connection connection, Map<String, Long> versions, Duration grace, Duration horizon)
            throws SQLException {
        List<Gap> found = new ArrayList<>(behind(connection, versions));
        found.addAll(missing(connection, horizon));
        found.addAll(missingOfAll(connection, horizon));
        try (Columns<Gap> columns = new Columns<>(connection, GapStatements.RECORD, found)) {
            columns.add("text", Gap::run)
                    .add("text", Gap::stream)
                    .add("int8", Gap::first)
                    .add("int8", Gap::last)
                    .update();
        }
        try (PreparedStatement statement = connection.prepareStatement(GapStatements.CLOSE)) {
            statement.setArray(1, connection.createArrayOf("text", whole.toArray()));
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(GapStatements.DUE)) {
            statement.setLong(1, grace.toMillis());
            return gaps(statement);
        }
    }

    private static List<Gap> behind(Connection connection, Map<String, Long> versions) throws SQLException {
        List<Gap> behind = new ArrayList<>();
        List<Map.Entry<String, Long>> told = List.copyOf(versions.entrySet());
        try (Columns<Map.Entry<String, Long>> columns = new Columns<>(connection, GapStatements.BEHIND, told)) {
            columns.add("text", Map.Entry::getKey).add("int8", Map.Entry::getValue);
            try (ResultSet rows = columns.statement().executeQuery()) {
                while (rows.next()) {
                    behind.add(Gap.found(rows.getString("run"), Gap.LIFE, 0, rows.getLong("version")));
                }
            }
        }
        return behind;
    }

    private static List<Gap> missing(Connection connection, Duration horizon) throws SQLException {
        List<Gap> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(GapStatements.MISSING)) {
            statement.setLong(1, horizon.toMillis());
            statement.setLong(2, horizon.toMillis());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    missing.add(Gap.found(
                            rows.getString("run"),
                            rows.getString("stream"),
                            rows.getLong("first"),
                            rows.getLong("last")));
                }
            }
        }
        return missing;
    }

    /** Where gaps are inside the streams that came, those are asked for first. */
    private List<Gap> missingOfAll(Connection connection, Duration horizon) throws SQLException {
        List<Gap> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(GapStatements.ENDS_OF_ALL)) {
            statement.setLong(1, horizon.toMillis());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String run = rows.getString("run");
                    long streams = rows.getLong("sequence");
                    if (!whole.contains(run) && isShort(connection, run, streams, rows.getString("hash"))) {
                        missing.add(Gap.found(run, Gap.ALL, 1, streams));
                    }
                }
            }
        }
        return missing;
    }

    private boolean isShort(Connection connection, String run, long streams, String hash) throws SQLException {
        List<StreamState> states = states(connection, run);
        boolean gapless = states.stream().allMatch(state -> state.missing() == 0);
        if (states.size() == streams && gapless && HashChain.endsHash(states).equals(hash)) {
            whole.add(run);
            return false;
        }
        return states.size() != streams || gapless;
    }

    private static List<StreamState> states(Connection connection, String run) throws SQLException {
        List<StreamState> states = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(GapStatements.STREAMS)) {
            statement.setString(1, run);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    states.add(new StreamState(
                            rows.getString("stream"),
                            rows.getString("lane"),
                            rows.getLong("events"),
                            rows.getLong("outcomes"),
                            rows.getLong("last_sequence"),
                            rows.getString("last_hash")));
                }
            }
        }
        return states;
    }

    /** Notes that a gap was asked for, and whether the answer had less than it. */
    public void answered(Gap gap, boolean forgotten) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(GapStatements.ANSWERED)) {
            statement.setBoolean(1, forgotten);
            statement.setString(2, gap.run());
            statement.setString(3, gap.stream());
            statement.setLong(4, gap.first());
            statement.executeUpdate();
        }
    }

    /** The first hundred that are open; of all runs where run is null. */
    public List<Gap> open(String run) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(GapStatements.OPEN)) {
            statement.setString(1, run);
            statement.setString(2, run);
            return gaps(statement);
        }
    }

    private static List<Gap> gaps(PreparedStatement statement) throws SQLException {
        List<Gap> gaps = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                gaps.add(new Gap(
                        rows.getString("run"),
                        rows.getString("stream"),
                        rows.getLong("first"),
                        rows.getLong("last"),
                        rows.getInt("asked"),
                        rows.getBoolean("forgotten")));
            }
        }
        return List.copyOf(gaps);
    }
}
