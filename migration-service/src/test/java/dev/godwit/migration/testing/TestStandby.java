package dev.godwit.migration.testing;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** To the server a standby like any other: it receives WAL, and says that it has replayed it when it is told to. */
public final class TestStandby implements AutoCloseable {

    private final Connection connection;
    private final PGReplicationStream stream;

    private TestStandby(Connection connection, PGReplicationStream stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /** One that has replayed everything until now; the caller closes it. */
    public static TestStandby follow() throws SQLException {
        LogSequenceNumber now = written();
        Properties settings = new Properties();
        PGProperty.USER.set(settings, PostgresServer.SUPERUSER);
        PGProperty.REPLICATION.set(settings, "true");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(settings, "15");
        PGProperty.PREFER_QUERY_MODE.set(settings, "simple");
        Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + TestPostgres.port() + "/postgres", settings);
        PGReplicationStream stream = connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .physical()
                .withStartPosition(now)
                .start();
        TestStandby standby = new TestStandby(connection, stream);
        standby.tell(now);
        return standby;
    }

    private static LogSequenceNumber written() throws SQLException {
        try (Connection connection = TestPostgres.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT pg_current_wal_flush_lsn()")) {
            found.next();
            return LogSequenceNumber.valueOf(found.getString(1));
        }
    }

    /** Receives what is written by now, and replays none of it. */
    public void receive() throws SQLException {
        LogSequenceNumber until = written();
        Awaitility.await().until(() -> {
            for (ByteBuffer next = stream.readPending(); next != null; next = stream.readPending()) {
                // What it says is of no interest here.
            }
            return stream.getLastReceiveLSN().compareTo(until) >= 0;
        });
    }

    /** Replays what it has received. */
    public void replay() throws SQLException {
        tell(stream.getLastReceiveLSN());
    }

    private void tell(LogSequenceNumber replayed) throws SQLException {
        stream.setFlushedLSN(replayed);
        stream.setAppliedLSN(replayed);
        stream.forceUpdateStatus();
    }

    @Override
    public void close() throws SQLException {
        stream.close();
        connection.close();
    }
}
