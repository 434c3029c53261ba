package dev.godwit.migration.testing;

import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Debezium does for Godwit, as far as the tail can tell: reads a logical slot, sends the keys of changed rows of published tables to Kafka, and only then confirms.
 * A test can stop it, and have it lose what it reads.
 */
public final class TestConnector implements AutoCloseable {

    private static final String TOPIC = "godwit.changes";
    private static final Pattern CHANGE =
            Pattern.compile("table ([^ ]+): (INSERT|UPDATE|DELETE): (.*)", Pattern.DOTALL);

    private static final String PEEK = """
            SELECT lsn, xid::text AS xid, data
              FROM pg_logical_slot_peek_changes('%s', '%s', NULL, 'include-xids', '0', 'only-local', '1', 'skip-empty-xacts', '1')
            """;

    private static final String PUBLISHED = """
            SELECT schemaname || '.' || tablename AS name, attnames::text[] AS columns
              FROM pg_publication_tables
             WHERE pubname = 'godwit'
               AND tablename <> 'outbox'
            """;

    private final String database;
    private final String slot;
    private final Topics topics;
    private final ScheduledExecutorService pump = Executors.newSingleThreadScheduledExecutor();
    private boolean stopped;

    public TestConnector(String database, String slot) {
        this.database = database;
        this.slot = slot;
        this.topics = new Topics(TestKafka.bootstrapServers());
        createSlot();
        ScheduledFuture<?> unused = pump.scheduleWithFixedDelay(this::pump, 0, 20, TimeUnit.MILLISECONDS);
    }

    /** A slot that begins here and now. */
    public synchronized void createSlot() {
        TestPostgres.execute(database, "SELECT pg_create_logical_replication_slot('" + slot + "', 'test_decoding')");
    }

    /** Whatever the slot has not given out is lost. */
    public synchronized void dropSlot() {
        TestPostgres.execute(database, "SELECT pg_drop_replication_slot('" + slot + "')");
    }

    /** Reads nothing from here on. */
    public synchronized void stop() {
        stopped = true;
    }

    /** Goes on reading. */
    public synchronized void goOn() {
        stopped = false;
    }

    /** Confirms everything up to now without having told anybody. */
    public synchronized void lose() {
        try (Connection connection = TestPostgres.connect(database);
                Statement statement = connection.createStatement()) {
            confirm(statement, flushed(statement));
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private synchronized void pump() {
        if (stopped) {
            return;
        }
        try (Connection connection = TestPostgres.connect(database);
                Statement statement = connection.createStatement()) {
            String upTo = flushed(statement);
            Map<String, List<String>> published = published(statement);
            List<Supplier<Future<?>>> messages = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(PEEK.formatted(slot, upTo))) {
                while (rows.next()) {
                    message(rows.getString("data"), rows.getString("xid"), published, messages);
                }
            }
            messages.stream().map(Supplier::get).toList().forEach(Topics::await);
            confirm(statement, upTo);
        } catch (SQLException | IllegalStateException failure) {
            System.getLogger(TestConnector.class.getName())
                    .log(System.Logger.Level.INFO, "The connector tries again: {0}", failure.getMessage());
        }
    }

    private static String flushed(Statement statement) throws SQLException {
        return text(statement, "SELECT pg_current_wal_flush_lsn()::text");
    }

    private void confirm(Statement statement, String lsn) throws SQLException {
        text(statement, "SELECT pg_replication_slot_advance('" + slot + "', '" + lsn + "')::text");
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Map<String, List<String>> published(Statement statement) throws SQLException {
        Map<String, List<String>> published = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(PUBLISHED)) {
            while (rows.next()) {
                published.put(rows.getString("name"), List.of((String[])
                        rows.getArray("columns").getArray()));
            }
        }
        return published;
    }

    private void message(
            String data, String transaction, Map<String, List<String>> published, List<Supplier<Future<?>>> messages) {
        Matcher change = CHANGE.matcher(data);
        if (!change.matches() || !published.containsKey(change.group(1))) {
            return;
        }
        String table = change.group(1);
        String marker = "new-tuple: ";
        int after = change.group(3).lastIndexOf(marker);
        String tuple = after < 0 ? change.group(3) : change.group(3).substring(after + marker.length());
        JsonObject fields = new JsonObject();
        published.get(table).forEach(column -> fields.put(column, value(tuple, column)));
        boolean deleted = change.group(2).equals("DELETE");
        messages.add(() -> begin(table, fields, deleted, Long.parseLong(transaction)));
    }

    private static String value(String tuple, String column) {
        Matcher value = Pattern.compile("(?:^| )" + column + "\\[[^\\]]*\\]:(?:'((?:[^']|'')*)'|([^ ]+))")
                .matcher(tuple);
        if (!value.find()) {
            return null;
        }
        return value.group(1) == null ? value.group(2) : value.group(1).replace("''", "'");
    }

    /** Sends one change, as if that transaction had written it. */
    public void send(String table, JsonObject key, boolean deleted, long transaction) {
        Topics.await(begin(table, key, deleted, transaction));
    }

    private Future<?> begin(String table, JsonObject key, boolean deleted, long transaction) {
        int dot = table.indexOf('.');
        JsonObject value = key.copy()
                .put("__deleted", Boolean.toString(deleted))
                .put("__txId", transaction)
                .put("__source_schema", table.substring(0, dot))
                .put("__source_table", table.substring(dot + 1))
                .put("__source_ts_us", System.currentTimeMillis() * 1000);
        return topics.begin(TOPIC, table + key.encode(), value.encode(), Map.of());
    }

    @Override
    public void close() {
        pump.shutdown();
        try {
            if (!pump.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the connector does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        topics.close();
        dropSlot();
    }
}
