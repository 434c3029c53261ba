package dev.godwit.audit.integrity;

import dev.godwit.audit.trail.Finding;
import dev.godwit.audit.trail.Gap;
import dev.godwit.audit.trail.Gaps;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;

/** Holds the trail as it is now against everything that was ever signed. <b>Runs on:</b> a worker, which it blocks. */
@ApplicationScoped
public class CheckpointProof {

    private static final int FINDINGS_MAX = 100;

    private static final String CHECKPOINTS =
            "SELECT number, made_at, previous_hash, hash, public_key, signature FROM checkpoint ORDER BY number";

    private static final String CHAINS = """
            SELECT run, stream, sequence, hash
              FROM checkpoint_chain
             WHERE checkpoint = ?
             ORDER BY run COLLATE "C", stream COLLATE "C"
            """;

    /** A chain that does not reach, or at that place is not, what was signed; the first such place of each, and where the chain ends now. */
    private static final String BROKEN_PROMISES = """
            SELECT DISTINCT ON (c.run, c.stream)
                   c.run, c.stream, c.sequence, e.hash IS NULL AS gone,
                   (SELECT coalesce(max(l.sequence), 0) FROM trail_event l WHERE l.run = c.run AND l.stream = c.stream) AS last
              FROM checkpoint_chain c
              LEFT JOIN trail_event e USING (run, stream, sequence)
             WHERE e.hash IS DISTINCT FROM c.hash
             ORDER BY c.run, c.stream, c.sequence
             LIMIT 1000
            """;

    /** Chains that were signed further than any checkpoint says now. */
    private static final String UNSIGNED = """
            SELECT s.run, s.stream, s.checkpointed AS sequence
              FROM trail_stream s
             WHERE s.checkpointed > coalesce((SELECT max(c.sequence) FROM checkpoint_chain c WHERE c.run = s.run AND c.stream = s.stream), 0)
             ORDER BY s.run, s.stream
             LIMIT 1000
            """;

    /** Rows that belong to no event: nothing shows them, and nobody may have put them there. */
    private static final String ORPHANS = """
            SELECT o.run, o.event, min(o.position) AS position
              FROM trail_outcome o
              LEFT JOIN trail_event e ON e.id = o.event
             WHERE e.id IS NULL
             GROUP BY o.run, o.event
             ORDER BY o.run, o.event
             LIMIT 1000
            """;

    /** Events behind the ends that their run's last event names, and whole chains that it does not name; one end may stand for all. */
    private static final String ADDED = """
            WITH ended AS (
                SELECT r.id AS run, e.stream, e.sequence
                  FROM run r, jsonb_to_recordset(r.streams::jsonb) AS e (stream text, sequence bigint)
                 WHERE r.streams IS NOT NULL)
            SELECT s.run, s.stream, coalesce(e.sequence, 0) + 1 AS sequence
              FROM (SELECT run, stream, max(sequence) AS last FROM trail_event GROUP BY run, stream) AS s
              LEFT JOIN ended e ON e.run = s.run AND e.stream = s.stream
             WHERE s.last > coalesce(e.sequence, 0)
               AND EXISTS (SELECT FROM run r WHERE r.id = s.run AND r.streams IS NOT NULL)
               AND NOT EXISTS (SELECT FROM ended a WHERE a.run = s.run AND a.stream = '*')
             ORDER BY s.run, s.stream
             LIMIT 1000
            """;

    private static final String LET_GO =
            "SELECT since, until, let_go_at, events, outcomes, public_key, signature FROM trail_let_go ORDER BY let_go_at, since";

    private static final String RUNS = "SELECT DISTINCT run FROM trail_event ORDER BY run";

    /**
     * Something that is not as it was signed.
     *
     * @param run null where a checkpoint itself is meant
     * @param sequence of the first event that is not there, or differs; the number of the checkpoint that is meant; the event's number of a row without one
     * @param kind {@code truncated}, {@code rewritten}, {@code added}, {@code orphan-row}, {@code forgotten}, {@code broken-checkpoint}, {@code missing-checkpoint},
     *     {@code unknown-key}, {@code broken-retention}
     */
    public record Broken(String run, String stream, long sequence, Integer position, String kind) {

        static Broken checkpoint(long number, String kind) {
            return new Broken(null, null, number, null, kind);
        }

        static Broken forgotten(Gap gap) {
            return new Broken(gap.run(), gap.stream(), gap.first(), null, Finding.FORGOTTEN);
        }
    }

    /**
     * What was signed, and whether it still is so.
     *
     * @param checkpoints how many there are
     * @param lastHash of the newest, hex; empty when there is none
     * @param runs that the trail knows
     * @param gaps what is missing; where nobody has it any more it is a finding too
     * @param letGo outcomes that are not kept any more
     */
    public record Proof(
            long checkpoints,
            String lastHash,
            String publicKey,
            List<Broken> findings,
            List<String> runs,
            List<Gap> gaps,
            List<LetGo> letGo) {}

    private final DataSource database;
    private final SigningKey key;
    private final Gaps gaps;

    CheckpointProof(DataSource database, SigningKey key, Gaps gaps) {
        this.database = database;
        this.key = key;
        this.gaps = gaps;
    }

    /** Reads the whole trail, in one transaction. */
    public Proof prove() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                return prove(connection);
            } finally {
                connection.rollback();
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    private Proof prove(Connection connection) throws SQLException {
        List<Broken> findings = new ArrayList<>();
        long expected = 1;
        String previous = "";
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(100);
            try (ResultSet rows = statement.executeQuery(CHECKPOINTS)) {
                while (rows.next() && findings.size() < FINDINGS_MAX) {
                    long number = rows.getLong("number");
                    if (number != expected) {
                        findings.add(Broken.checkpoint(expected, "missing-checkpoint"));
                    }
                    String fault = fault(connection, rows, previous);
                    if (fault != null) {
                        findings.add(Broken.checkpoint(number, fault));
                    }
                    expected = number + 1;
                    previous = Checkpoint.hex(rows.getBytes("hash"));
                }
            }
        }
        addBrokenPromises(connection, findings);
        addPlaces(connection, ADDED, "added", findings);
        addPlaces(connection, UNSIGNED, "missing-checkpoint", findings);
        addOrphans(connection, findings);
        List<Gap> missing = gaps.open(null);
        missing.stream().filter(Gap::forgotten).map(Broken::forgotten).forEach(findings::add);
        List<LetGo> letGo = letGo(connection, findings);
        return new Proof(
                expected - 1,
                previous,
                Checkpoint.hex(key.publicKey()),
                List.copyOf(findings),
                runs(connection),
                missing,
                letGo);
    }

    private String fault(Connection connection, ResultSet row, String previous) throws SQLException {
        byte[] publicKey = row.getBytes("public_key");
        byte[] hash = row.getBytes("hash");
        Checkpoint checkpoint = new Checkpoint(
                row.getLong("number"),
                row.getObject("made_at", OffsetDateTime.class).toInstant(),
                Checkpoint.hex(row.getBytes("previous_hash")),
                Checkpoint.hex(publicKey),
                chains(connection, row.getLong("number")));
        if (!Arrays.equals(checkpoint.hash(), hash)
                || !checkpoint.previousHash().equals(previous)) {
            return "broken-checkpoint";
        }
        if (!SigningKey.hasSigned(publicKey, hash, row.getBytes("signature"))) {
            return "broken-checkpoint";
        }
        return key.isTrusted(publicKey) ? null : "unknown-key";
    }

    private static List<Checkpoint.Chain> chains(Connection connection, long checkpoint) throws SQLException {
        List<Checkpoint.Chain> chains = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(CHAINS)) {
            statement.setLong(1, checkpoint);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    chains.add(Checkpoint.Chain.fromRow(rows));
                }
            }
        }
        return chains;
    }

    private static void addBrokenPromises(Connection connection, List<Broken> findings) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(BROKEN_PROMISES)) {
            while (rows.next()) {
                long sequence = rows.getLong("sequence");
                long last = rows.getLong("last");
                boolean shorter = rows.getBoolean("gone") && last < sequence;
                findings.add(new Broken(
                        rows.getString("run"),
                        rows.getString("stream"),
                        shorter ? last + 1 : sequence,
                        null,
                        shorter ? "truncated" : "rewritten"));
            }
        }
    }

    private static void addPlaces(Connection connection, String sql, String kind, List<Broken> findings)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                findings.add(new Broken(
                        rows.getString("run"), rows.getString("stream"), rows.getLong("sequence"), null, kind));
            }
        }
    }

    private static void addOrphans(Connection connection, List<Broken> findings) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ORPHANS)) {
            while (rows.next()) {
                findings.add(new Broken(
                        rows.getString("run"), null, rows.getLong("event"), rows.getInt("position"), "orphan-row"));
            }
        }
    }

    /** The number of a finding is the moment in seconds since 1970 from which on outcomes are said to have gone. */
    private List<LetGo> letGo(Connection connection, List<Broken> findings) throws SQLException {
        List<LetGo> letGo = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(LET_GO)) {
            while (rows.next()) {
                LetGo each = LetGo.fromRow(rows);
                byte[] publicKey = rows.getBytes("public_key");
                letGo.add(each);
                if (!key.isTrusted(publicKey)
                        || !SigningKey.hasSigned(publicKey, each.hash(publicKey), rows.getBytes("signature"))) {
                    findings.add(Broken.checkpoint(each.since().getEpochSecond(), "broken-retention"));
                }
            }
        }
        return letGo;
    }

    private static List<String> runs(Connection connection) throws SQLException {
        List<String> runs = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(RUNS)) {
            while (rows.next()) {
                runs.add(rows.getString(1));
            }
        }
        return List.copyOf(runs);
    }
}
