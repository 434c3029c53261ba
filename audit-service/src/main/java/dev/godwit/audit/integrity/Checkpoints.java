package dev.godwit.audit.integrity;

import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Signs where the chains stand, at intervals, while they grow. One instance at a time; whoever comes second does nothing. <b>Runs on:</b> a worker, which it
 * blocks.
 */
@ApplicationScoped
public class Checkpoints {

    private static final Logger LOG = Logger.getLogger(Checkpoints.class);

    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('godwit checkpoint'))";

    private static final String LAST = "SELECT number, hash FROM checkpoint ORDER BY number DESC LIMIT 1";

    /** Waits for a transaction that is adding to a chain, and takes what it has added; in the order in which those lock. */
    private static final String TAKE_GROWN = """
            WITH locked AS (
                SELECT run, stream
                  FROM trail_stream
                 WHERE checkpointed < last_sequence
                 ORDER BY run, stream
                   FOR UPDATE),
            grown AS (
                UPDATE trail_stream s
                   SET checkpointed = s.last_sequence
                  FROM locked
                 WHERE s.run = locked.run AND s.stream = locked.stream
             RETURNING s.run, s.stream, s.last_sequence, s.last_hash)
            SELECT run, stream, last_sequence AS sequence, last_hash AS hash
              FROM grown
             ORDER BY run COLLATE "C", stream COLLATE "C"
            """;

    private static final String INSERT = """
            INSERT INTO checkpoint (number, made_at, previous_hash, hash, public_key, signature) VALUES (?, ?, ?, ?, ?, ?)
            """;

    private static final String INSERT_CHAIN = """
            INSERT INTO checkpoint_chain (checkpoint, run, stream, sequence, hash) VALUES (?, ?, ?, ?, ?)
            """;

    private final DataSource database;
    private final SigningKey key;

    Checkpoints(DataSource database, SigningKey key) {
        this.database = database;
        this.key = key;
    }

    @Scheduled(
            every = "{godwit.audit.checkpoint.interval}",
            delayed = "{godwit.audit.checkpoint.interval}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void makeNow() {
        try {
            make().ifPresent(made -> LOG.infof("AUD0302 checkpoint: number=%d hash=%s", made.number(), made.hashHex()));
        } catch (SQLException e) {
            LOG.warnf("AUD0303 no checkpoint was made, the next one covers more: %s", e.getMessage());
        }
    }

    /** Number and hash of a checkpoint; whoever keeps them elsewhere can prove that it was never taken back. */
    public record Made(long number, String hashHex) {}

    /** Makes a checkpoint of the chains that have grown; empty when none has. */
    public Optional<Made> make() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                Optional<Made> made = make(connection);
                connection.commit();
                return made;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private Optional<Made> make(Connection connection) throws SQLException {
        if (!isAlone(connection)) {
            return Optional.empty();
        }
        List<Checkpoint.Chain> chains = takeGrown(connection);
        if (chains.isEmpty()) {
            return Optional.empty();
        }
        long number = 1;
        String previous = "";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(LAST)) {
            if (rows.next()) {
                number = rows.getLong("number") + 1;
                previous = Checkpoint.hex(rows.getBytes("hash"));
            }
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Checkpoint checkpoint = new Checkpoint(number, now, previous, Checkpoint.hex(key.publicKey()), chains);
        return Optional.of(insert(connection, checkpoint));
    }

    private static boolean isAlone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(LOCK)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private static List<Checkpoint.Chain> takeGrown(Connection connection) throws SQLException {
        List<Checkpoint.Chain> chains = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TAKE_GROWN)) {
            while (rows.next()) {
                chains.add(Checkpoint.Chain.fromRow(rows));
            }
        }
        return chains;
    }

    private Made insert(Connection connection, Checkpoint checkpoint) throws SQLException {
        byte[] hash = checkpoint.hash();
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setLong(1, checkpoint.number());
            statement.setObject(2, checkpoint.madeAt().atOffset(ZoneOffset.UTC));
            statement.setBytes(3, HexFormat.of().parseHex(checkpoint.previousHash()));
            statement.setBytes(4, hash);
            statement.setBytes(5, key.publicKey());
            statement.setBytes(6, key.sign(hash));
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(INSERT_CHAIN)) {
            for (Checkpoint.Chain chain : checkpoint.chains()) {
                statement.setLong(1, checkpoint.number());
                statement.setString(2, chain.run());
                statement.setString(3, chain.stream());
                statement.setLong(4, chain.sequence());
                statement.setBytes(5, HexFormat.of().parseHex(chain.hash()));
                statement.addBatch();
            }
            statement.executeBatch();
        }
        return new Made(checkpoint.number(), Checkpoint.hex(hash));
    }
}
