package dev.godwit.audit.integrity;

import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.inbox.Backlog;
import dev.godwit.audit.trail.Finding;
import dev.godwit.audit.trail.Integrity;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Computes again, at intervals and a bounded piece at a time, what was signed since it last did: events and rows that were changed after they came in show
 * without anybody asking. A chain with a gap is proved up to it. <b>Failure semantics:</b> the next turn does it. <b>Runs on:</b> a worker, which it blocks.
 */
@ApplicationScoped
public class PeriodicProof {

    private static final Logger LOG = Logger.getLogger(PeriodicProof.class);

    /**
     * Chains that wait for longest come first, those that did not hold last: they are looked at again in case somebody restored them. Where events are known to be missing, a chain is proved up to the first
     * of them; where they have all come, one that is not there was taken away.
     */
    private static final String WAITING = """
            SELECT run, stream, proved, until
              FROM (SELECT s.run, s.stream, s.proved, s.touched_at,
                           CASE WHEN s.events >= s.last_sequence THEN s.checkpointed
                                ELSE coalesce((SELECT min(number) - 1
                                                 FROM generate_series(s.proved + 1, least(s.checkpointed, s.proved + ?)) AS number
                                                WHERE NOT EXISTS (SELECT FROM trail_event e
                                                                   WHERE e.run = s.run AND e.stream = s.stream AND e.sequence = number)),
                                              least(s.checkpointed, s.proved + ?)) END AS until
                      FROM trail_stream s
                     WHERE s.proved < s.checkpointed) AS chains
              LEFT JOIN proof_finding f USING (run, stream)
             WHERE until > proved
             ORDER BY f.run IS NOT NULL, touched_at
             LIMIT 200
            """;

    /** Zero rows: another instance was there before. */
    private static final String ADVANCE =
            "UPDATE trail_stream SET proved = ? WHERE run = ? AND stream = ? AND proved = ?";

    private static final String FORGET = "DELETE FROM proof_finding WHERE run = ? AND stream = ?";

    private static final String FOUND = """
            INSERT INTO proof_finding (run, stream, sequence, position, kind) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """;

    /** One row, of the newest turn, and what all turns add up to. */
    private static final String TELL = """
            INSERT INTO proof AS p (millis, events, outcomes, findings) VALUES (?, ?, ?, ?)
                ON CONFLICT (single) DO UPDATE
               SET ended_at = clock_timestamp(), millis = excluded.millis, events = p.events + excluded.events,
                   outcomes = p.outcomes + excluded.outcomes, findings = p.findings + excluded.findings
            """;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final DataSource database;
    private final Integrity integrity;
    private final Backlog backlog;
    private final int eventsMax;
    private final MeterRegistry metrics;

    PeriodicProof(
            DataSource database, Integrity integrity, Backlog backlog, AuditConfig config, MeterRegistry metrics) {
        this.backlog = backlog;
        this.database = database;
        this.integrity = integrity;
        this.eventsMax = config.proof().events();
        this.metrics = metrics;
    }

    @Scheduled(
            every = "{godwit.audit.proof.interval}",
            delayed = "{godwit.audit.proof.interval}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> proveNow() {
        return backlog.isLong()
                .chain(isLong -> isLong ? Uni.createFrom().voidItem() : proveOnWorker())
                .onFailure()
                .recoverWithUni(PeriodicProof::later);
    }

    private Uni<Void> proveOnWorker() {
        return Uni.createFrom()
                .item(Unchecked.supplier(this::prove))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .invoke(turn -> LOG.debugf(
                        "computed again: events=%d outcomes=%d findings=%d",
                        turn.events(), turn.outcomes(), turn.findings()))
                .replaceWithVoid();
    }

    private static Uni<Void> later(Throwable failure) {
        LOG.warnf("AUD0304 nothing could be proved, the next turn proves more: %s", failure.getMessage());
        return Uni.createFrom().voidItem();
    }

    /** A chain that was signed further than it was proved, and how far it can be. */
    private record Chain(String run, String stream, long proved, long until) {

        Chain provedTo(long sequence) {
            return new Chain(run, stream, sequence, until);
        }
    }

    /** What a turn did. */
    public record Turn(long events, long outcomes, int findings) {}

    /** One turn. */
    public Turn prove() throws SQLException {
        long start = System.nanoTime();
        long events = 0;
        long outcomes = 0;
        int findings = 0;
        for (Chain chain : waiting()) {
            Chain next = chain;
            while (next != null && events < eventsMax) {
                Integrity.Piece piece = integrity.check(
                        next.run(),
                        new Integrity.Place(next.stream(), next.proved()),
                        Math.min(next.until(), next.proved() + eventsMax - events));
                events += piece.events();
                outcomes += piece.outcomes();
                Finding fault = fault(next, piece);
                if (fault == null) {
                    next = advance(next, next.proved() + piece.events());
                } else {
                    note(next, fault);
                    findings++;
                    next = null;
                }
            }
        }
        Turn turn = new Turn(events, outcomes, findings);
        tell(turn, (System.nanoTime() - start) / NANOS_PER_MILLI);
        return turn;
    }

    private List<Chain> waiting() throws SQLException {
        List<Chain> chains = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WAITING)) {
            statement.setInt(1, eventsMax);
            statement.setInt(2, eventsMax);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    chains.add(new Chain(
                            rows.getString("run"),
                            rows.getString("stream"),
                            rows.getLong("proved"),
                            rows.getLong("until")));
                }
            }
        }
        return chains;
    }

    /** The first place that does not hold; null when all do. */
    private static Finding fault(Chain chain, Integrity.Piece piece) {
        if (!piece.findings().isEmpty()) {
            return piece.findings().get(0);
        }
        return piece.events() == 0 ? new Finding(chain.stream(), chain.proved() + 1, null, "truncated") : null;
    }

    /** The rest of the chain; null when there is none, or another instance was there before. */
    private Chain advance(Chain chain, long sequence) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement forget = connection.prepareStatement(FORGET);
                PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            forget.setString(1, chain.run());
            forget.setString(2, chain.stream());
            forget.executeUpdate();
            statement.setLong(1, sequence);
            statement.setString(2, chain.run());
            statement.setString(3, chain.stream());
            statement.setLong(4, chain.proved());
            return statement.executeUpdate() == 0 || sequence >= chain.until() ? null : chain.provedTo(sequence);
        }
    }

    private void note(Chain chain, Finding fault) throws SQLException {
        LOG.errorf(
                "AUD0305 the trail is not what came in: run=%s stream=%s event=%d kind=%s",
                chain.run(), chain.stream(), fault.sequence(), fault.kind());
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(FOUND)) {
            statement.setString(1, chain.run());
            statement.setString(2, chain.stream());
            statement.setLong(3, fault.sequence());
            statement.setObject(4, fault.position(), Types.INTEGER);
            statement.setString(5, fault.kind());
            statement.executeUpdate();
        }
    }

    private void tell(Turn turn, long millis) throws SQLException {
        metrics.counter("godwit.audit.proved.events").increment((double) turn.events());
        metrics.counter("godwit.audit.proof.findings").increment(turn.findings());
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(TELL)) {
            statement.setLong(1, millis);
            statement.setLong(2, turn.events());
            statement.setLong(3, turn.outcomes());
            statement.setInt(4, turn.findings());
            statement.executeUpdate();
        }
    }
}
