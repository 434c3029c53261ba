package dev.godwit.audit.run;

import dev.godwit.audit.api.ProblemException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** Reads runs. Runs on: the event loop. */
@ApplicationScoped
public class RunRepository {

    private static final String LIST = """
            FROM Run r
            WHERE (CAST(:migration AS String) IS NULL OR r.migration = :migration)
              AND (CAST(:state AS String) IS NULL OR r.state = :state)
              AND r.createdAt <= :createdAt
              AND (r.createdAt < :createdAt OR r.id < :id)
            ORDER BY r.createdAt DESC, r.id DESC
            """;

    private static final String RECENT = "FROM Run r ORDER BY r.touchedAt DESC";

    private static final String TRANSITIONS =
            "FROM RunEvent e WHERE e.run = :run AND e.transition ORDER BY e.version, e.occurredAt";

    private static final String REJECTIONS = "FROM Rejection j ORDER BY j.occurredAt DESC";

    private static final String STAMPS = "FROM Stamp s ORDER BY s.occurredAt DESC";

    /** A place among the runs: those created later, and of those created with it those with a greater id, come before it. */
    private record Place(OffsetDateTime createdAt, String id) {

        static final Place START = new Place(OffsetDateTime.of(9999, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), "");
    }

    private final Mutiny.SessionFactory sessions;

    RunRepository(Mutiny.SessionFactory sessions) {
        this.sessions = sessions;
    }

    /** The newest runs first, without their long documents; null filters let everything through. */
    public Uni<List<Run>> list(String migration, String state, int limit) {
        return list(migration, state, Place.START, limit);
    }

    /** Those after a run, with which the page before ended; null means the start. */
    public Uni<List<Run>> list(String migration, String state, String after, int limit) {
        return after == null
                ? list(migration, state, limit)
                : place(after).chain(place -> list(migration, state, place, limit));
    }

    private Uni<Place> place(String run) {
        return sessions.withStatelessSession(session -> session.get(RunEntity.class, run))
                .onItem()
                .ifNull()
                .failWith(() -> ProblemException.badRequest(
                        "bad_cursor", "Give 'after' as the last run of the page before, or leave it out."))
                .map(found -> new Place(found.createdAt, found.id));
    }

    private Uni<List<Run>> list(String migration, String state, Place after, int limit) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(LIST, RunEntity.class)
                        .setParameter("migration", migration)
                        .setParameter("state", state)
                        .setParameter("createdAt", after.createdAt())
                        .setParameter("id", after.id())
                        .setMaxResults(limit)
                        .getResultList())
                .map(RunRepository::summaries);
    }

    /** The run, or {@link ProblemException} with code {@code unknown_run}. */
    public Uni<Run> get(String id) {
        return sessions.withStatelessSession(session -> session.get(RunEntity.class, id))
                .onItem()
                .ifNull()
                .failWith(() -> ProblemException.notFound("unknown_run", "No event of a run '" + id + "' has arrived."))
                .map(RunEntity::toRun);
    }

    /** The runs that events have changed last, the latest change first. */
    public Uni<List<Run>> recentlyChanged(int limit) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(RECENT, RunEntity.class)
                        .setMaxResults(limit)
                        .getResultList())
                .map(RunRepository::summaries);
    }

    /** A run's changes of state, oldest first. */
    public Uni<List<Transition>> transitions(String run) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(TRANSITIONS, RunEventEntity.class)
                        .setParameter("run", run)
                        .getResultList())
                .map(events -> events.stream().map(RunEventEntity::toTransition).toList());
    }

    /** Commands that were not carried out, newest first. */
    public Uni<List<Rejection>> rejections(int limit) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(REJECTIONS, RejectionEntity.class)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(RejectionEntity::toRejection).toList());
    }

    /** Migrations recorded as applied elsewhere, and such records taken back, newest first. */
    public Uni<List<Stamp>> stamps(int limit) {
        return sessions.withStatelessSession(session -> session.createSelectionQuery(STAMPS, StampEntity.class)
                        .setMaxResults(limit)
                        .getResultList())
                .map(rows -> rows.stream().map(StampEntity::toStamp).toList());
    }

    private static List<Run> summaries(List<RunEntity> rows) {
        return rows.stream().map(row -> row.toRun().summary()).toList();
    }
}
