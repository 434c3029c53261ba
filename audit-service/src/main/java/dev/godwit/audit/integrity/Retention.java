package dev.godwit.audit.integrity;

import dev.godwit.audit.config.AuditConfig;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Lets months of outcomes go that are older than the operator wants them kept: each is a partition, which is dropped in the transaction that says so, signed.
 * Events stay with their leaves, so every chain proves as before. <b>Failure semantics:</b> the next turn does it; a month goes as a whole or not at all.
 * <b>Runs on:</b> a worker, which it blocks.
 */
@ApplicationScoped
public class Retention {

    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyy_MM");
    private static final String PREFIX = "trail_outcome_";

    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('godwit-trail-retention'))";

    /** Whoever writes or reads waits for the drop, so it gives up soon and comes again. */
    private static final String WAIT_BRIEFLY = "SET LOCAL lock_timeout = '2s'";

    private static final String PARTITIONS = """
            SELECT c.relname AS name
              FROM pg_inherits i
              JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'trail_outcome'::regclass
             ORDER BY c.relname
            """;

    private static final String CONTENTS = """
            SELECT count(*) AS events, coalesce(sum(e.outcomes), 0)::bigint AS outcomes,
                   count(*) FILTER (WHERE s.checkpointed IS NULL OR e.sequence > s.checkpointed) AS unsigned
              FROM trail_event e
              LEFT JOIN trail_stream s USING (run, stream)
             WHERE e.occurred_at >= ? AND e.occurred_at < ?
               AND NOT is_let_go(e.occurred_at, e.received_at)
            """;

    private static final String RECORD = """
            INSERT INTO trail_let_go (since, until, let_go_at, events, outcomes, public_key, signature) VALUES (?, ?, ?, ?, ?, ?, ?)
            """;

    private final DataSource database;
    private final SigningKey key;
    private final Optional<Duration> kept;

    Retention(DataSource database, SigningKey key, AuditConfig config) {
        this.database = database;
        this.key = key;
        this.kept = config.retention().outcomes();
    }

    @Scheduled(
            every = "{godwit.audit.retention.interval}",
            delayed = "{godwit.audit.retention.interval}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void letGoNow() {
        kept.ifPresent(age -> {
            try {
                List<LetGo> gone = letGo(Instant.now().minus(age));
                LOG.debugf("months let go: %d", gone.size());
            } catch (SQLException e) {
                LOG.warnf("AUD0306 old outcomes could not be let go, the next turn tries again: %s", e.getMessage());
            }
        });
    }

    /** Lets every month go that ended before this moment, and whose events are all signed. */
    public List<LetGo> letGo(Instant before) throws SQLException {
        List<LetGo> gone = new ArrayList<>();
        for (YearMonth month : months()) {
            if (!end(month).isAfter(before)) {
                letGo(month).ifPresent(gone::add);
            }
        }
        return List.copyOf(gone);
    }

    private List<YearMonth> months() throws SQLException {
        List<YearMonth> months = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(PARTITIONS)) {
            while (rows.next()) {
                months.add(YearMonth.parse(rows.getString("name").substring(PREFIX.length()), MONTH));
            }
        }
        return months;
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private static Instant end(YearMonth month) {
        return start(month.plusMonths(1));
    }

    private Optional<LetGo> letGo(YearMonth month) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                Optional<LetGo> gone = isAlone(connection) ? letGo(connection, month) : Optional.empty();
                connection.commit();
                gone.ifPresent(each -> LOG.infof(
                        "AUD0307 outcomes were let go: since=%s until=%s events=%d outcomes=%d",
                        each.since(), each.until(), each.events(), each.outcomes()));
                return gone;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private static boolean isAlone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(WAIT_BRIEFLY);
            try (ResultSet rows = statement.executeQuery(LOCK)) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    /** The partition goes first: nobody adds to it while what was in it is counted. */
    private Optional<LetGo> letGo(Connection connection, YearMonth month) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS " + PREFIX + month.format(MONTH));
        }
        try (PreparedStatement statement = connection.prepareStatement(CONTENTS)) {
            statement.setObject(1, utc(start(month)));
            statement.setObject(2, utc(end(month)));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getLong("unsigned") > 0) {
                    connection.rollback();
                    return Optional.empty();
                }
                LetGo gone = new LetGo(
                        start(month),
                        end(month),
                        Instant.now().truncatedTo(ChronoUnit.MICROS),
                        row.getLong("events"),
                        row.getLong("outcomes"));
                record(connection, gone);
                return Optional.of(gone);
            }
        }
    }

    private void record(Connection connection, LetGo gone) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setObject(1, utc(gone.since()));
            statement.setObject(2, utc(gone.until()));
            statement.setObject(3, utc(gone.at()));
            statement.setLong(4, gone.events());
            statement.setLong(5, gone.outcomes());
            statement.setBytes(6, key.publicKey());
            statement.setBytes(7, key.sign(gone.hash(key.publicKey())));
            statement.executeUpdate();
        }
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
