package dev.godwit.audit.trail;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;

/** Reads what the trail adds up to. Runs on: the event loop. */
@ApplicationScoped
public class TrailRepository {

    private static final int FINDINGS_MAX = 100;

    private static final String TALLIES =
            "FROM Tally t WHERE t.run = :run AND t.count <> 0 ORDER BY t.outcome, t.reason, t.table";
    private static final String STREAMS = "FROM Stream s WHERE s.run = :run ORDER BY s.stream";
    private static final String RECENT = "FROM Stream s ORDER BY s.touchedAt DESC";
    private static final String FINDINGS = "FROM Finding f WHERE f.run = :run ORDER BY f.stream, f.sequence, f.kind";

    private static final String TABLES = "SELECT DISTINCT t.table FROM Tally t ORDER BY t.table";
    private static final String ALL_FINDINGS = "FROM Finding f ORDER BY f.run, f.stream, f.sequence, f.kind";

    private static final String FORGOTTEN = """
            FROM Gap g
            WHERE g.forgotten AND g.filledAt IS NULL AND (CAST(:run AS String) IS NULL OR g.run = :run)
            ORDER BY g.run, g.stream, g.first
            """;

    private final Mutiny.SessionFactory sessions;

    TrailRepository(Mutiny.SessionFactory sessions) {
        this.sessions = sessions;
    }

    /** A run's outcomes, counted. */
    public Uni<List<Tally>> tallies(String run) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(TALLIES, TallyEntity.class)
                        .setParameter("run", run)
                        .getResultList())
                .map(rows -> rows.stream().map(TallyEntity::toTally).toList());
    }

    /** The streams of a run. */
    public Uni<List<StreamState>> streams(String run) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(STREAMS, StreamEntity.class)
                        .setParameter("run", run)
                        .getResultList())
                .map(rows -> rows.stream().map(StreamEntity::toState).toList());
    }

    /** Runs whose trail has grown last, each with the time when it did. */
    public Uni<Map<String, Instant>> recentlyGrown(int streams) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(RECENT, StreamEntity.class)
                        .setMaxResults(streams)
                        .getResultList())
                .map(rows -> rows.stream()
                        .collect(Collectors.toMap(
                                row -> row.run, row -> row.touchedAt.toInstant(), (latest, earlier) -> latest)));
    }

    /** Tables that outcomes tell of. */
    public Uni<List<String>> tables() {
        return sessions.withStatelessSession(
                session -> session.createSelectionQuery(TABLES, String.class).getResultList());
    }

    /** What did not fit when it came in, and what will never come, of all runs; the first hundred of each. */
    public Uni<List<Finding>> findings() {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(ALL_FINDINGS, FindingEntity.class)
                        .setMaxResults(FINDINGS_MAX)
                        .getResultList())
                .chain(rows -> withForgotten(null, rows));
    }

    /** What did not fit when it came in, and what will never come; the first hundred of each. */
    public Uni<List<Finding>> findings(String run) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(FINDINGS, FindingEntity.class)
                        .setParameter("run", run)
                        .setMaxResults(FINDINGS_MAX)
                        .getResultList())
                .chain(rows -> withForgotten(run, rows));
    }

    private Uni<List<Finding>> withForgotten(String run, List<FindingEntity> rows) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(FORGOTTEN, GapEntity.class)
                        .setParameter("run", run)
                        .setMaxResults(FINDINGS_MAX)
                        .getResultList())
                .map(gaps -> Stream.concat(
                                rows.stream().map(FindingEntity::toFinding),
                                gaps.stream().map(GapEntity::toFinding))
                        .toList());
    }
}
