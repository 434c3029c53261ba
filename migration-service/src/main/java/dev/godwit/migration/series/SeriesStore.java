package dev.godwit.migration.series;

import dev.godwit.migration.graph.Needs.Step;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** The rows of {@code godwit.series}. */
@ApplicationScoped
class SeriesStore {

    private static final String COLUMNS =
            "id, serial, mode, follow, pace, state, migrations, requested_by, reason, command_id, created_at, ended_at, traceparent";

    private static final String FIND = "SELECT " + COLUMNS + " FROM godwit.series WHERE id = $1";

    private static final String BY_COMMAND = "SELECT " + COLUMNS + " FROM godwit.series WHERE command_id = $1";

    private static final String RUNNING =
            "SELECT " + COLUMNS + " FROM godwit.series WHERE state = 'running' ORDER BY serial";

    private static final String NEWEST = "SELECT " + COLUMNS + " FROM godwit.series ORDER BY serial DESC LIMIT $1";

    /** A run that is forgotten says nothing any more; what is recorded of its migration does. */
    private static final String MEMBERS = """
            SELECT m.migration, m.needs, m.run_id, m.code, coalesce(m.message, r.reason) AS message, m.not_before <= clock_timestamp() AS due,
                   CASE WHEN r.id IS NOT NULL THEN r.state
                        WHEN m.run_id IS NOT NULL AND g.state = 'completed' THEN 'completed'
                        WHEN m.run_id IS NOT NULL THEN 'cancelled'
                   END AS run_state,
                   s.migrated, s.unchanged, s.skipped, s.conflict, s.failed, s.reverted, s.diverged
              FROM godwit.series_member AS m
              LEFT JOIN godwit.run AS r ON r.id = m.run_id
              LEFT JOIN godwit.recorded AS g ON g.migration = m.migration
             CROSS JOIN LATERAL (SELECT coalesce(sum(migrated), 0)::bigint AS migrated, coalesce(sum(unchanged), 0)::bigint AS unchanged,
                                        coalesce(sum(skipped), 0)::bigint AS skipped, coalesce(sum(conflict), 0)::bigint AS conflict,
                                        coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(reverted), 0)::bigint AS reverted,
                                        coalesce(sum(diverged), 0)::bigint AS diverged
                                   FROM godwit.stream
                                  WHERE run_id = m.run_id) AS s
             WHERE m.series_id = $1
             ORDER BY m.position
            """;

    /** No row: a series with this command exists. */
    private static final String INSERT = """
            INSERT INTO godwit.series (id, mode, state, migrations, requested_by, reason, command_id, follow, pace, ended_at, traceparent)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $3 <> 'running' THEN clock_timestamp() END, $10)
            ON CONFLICT (command_id) DO NOTHING
            """;

    private static final String INSERT_MEMBER = """
            INSERT INTO godwit.series_member (series_id, position, migration, needs)
            VALUES ($1, $2, $3, $4)
            """;

    private static final String STARTED = """
            UPDATE godwit.series_member
               SET run_id = $3, message = NULL
             WHERE series_id = $1
               AND migration = $2
            """;

    private static final String REFUSED = """
            UPDATE godwit.series_member
               SET code = $3, message = $4
             WHERE series_id = $1
               AND migration = $2
            """;

    private static final String LATER = """
            UPDATE godwit.series_member
               SET message = $3, not_before = clock_timestamp() + $4 * interval '1 millisecond'
             WHERE series_id = $1
               AND migration = $2
            """;

    /** No row: it has ended before. */
    private static final String END = """
            UPDATE godwit.series
               SET state = $2, ended_at = clock_timestamp()
             WHERE id = $1
               AND state = 'running'
            """;

    /** Runs are kept until somebody forgets them; a series as long as one of its runs. */
    private static final String PRUNE = """
            DELETE FROM godwit.series AS s
             WHERE s.ended_at < clock_timestamp() - $1 * interval '1 millisecond'
               AND NOT EXISTS (SELECT
                                 FROM godwit.series_member AS m
                                 JOIN godwit.run AS r ON r.id = m.run_id
                                WHERE m.series_id = s.id)
            """;

    private final Runs runs;

    @Inject
    SeriesStore(Runs runs) {
        this.runs = runs;
    }

    Uni<Optional<Series>> find(String id) {
        return runs.execute(FIND, id).map(SeriesStore::first);
    }

    Uni<Optional<Series>> findByCommand(String commandId) {
        return runs.execute(BY_COMMAND, commandId).map(SeriesStore::first);
    }

    Uni<List<Series>> running() {
        return runs.execute(RUNNING).map(rows -> all(rows, Series::fromRow));
    }

    Uni<List<Series>> newest(int limit) {
        return runs.execute(NEWEST, limit).map(rows -> all(rows, Series::fromRow));
    }

    /** Those that are needed first. */
    Uni<List<Member>> members(String series) {
        return runs.execute(MEMBERS, series).map(rows -> all(rows, Member::fromRow));
    }

    private static Optional<Series> first(RowSet<Row> rows) {
        return all(rows, Series::fromRow).stream().findFirst();
    }

    private static <T> List<T> all(RowSet<Row> rows, Function<Row, T> read) {
        return StreamSupport.stream(rows.spliterator(), false).map(read).toList();
    }

    /** Writes a series down unless its command did so before. */
    Uni<Void> insert(String id, SeriesCommand command, List<Step> steps) {
        Tuple row = Tuple.tuple()
                .addString(id)
                .addString(command.commit() ? "commit" : "plan")
                .addString(steps.isEmpty() ? Series.COMPLETED : Series.RUNNING)
                .addArrayOfString(command.migrations().toArray(String[]::new))
                .addString(command.requestedBy())
                .addString(command.reason().orElse(null))
                .addString(command.commandId())
                .addBoolean(command.follow())
                .addString(command.pace().map(PaceLevel::wireName).orElse(null))
                .addString(command.traceparent().orElse(null));
        return runs.inTransaction(connection -> connection
                .preparedQuery(INSERT)
                .execute(row)
                .chain(inserted ->
                        inserted.rowCount() == 0 ? Uni.createFrom().voidItem() : insertMembers(connection, id, steps)));
    }

    private static Uni<Void> insertMembers(SqlConnection connection, String id, List<Step> steps) {
        return Multi.createFrom()
                .items(IntStream.range(0, steps.size()).boxed())
                .onItem()
                .transformToUniAndConcatenate(position -> connection
                        .preparedQuery(INSERT_MEMBER)
                        .execute(Tuple.of(
                                id,
                                position,
                                steps.get(position).migration(),
                                steps.get(position).needs().toArray(String[]::new))))
                .onItem()
                .ignoreAsUni();
    }

    Uni<Void> started(Series series, Member member, String run) {
        return runs.execute(STARTED, series.id(), member.migration(), run).replaceWithVoid();
    }

    Uni<Void> refused(Series series, Member member, Refusal refusal) {
        return runs.execute(REFUSED, series.id(), member.migration(), refusal.code(), refusal.getMessage())
                .replaceWithVoid();
    }

    Uni<Void> later(Series series, Member member, String waitsFor, Duration by) {
        return runs.execute(LATER, series.id(), member.migration(), waitsFor, by.toMillis())
                .replaceWithVoid();
    }

    /** Deletes what ended longer ago, and of whose runs none is left. */
    Uni<Void> prune(Duration retention) {
        return runs.execute(PRUNE, retention.toMillis()).replaceWithVoid();
    }

    /** Ends a series; does nothing when it has ended. */
    Uni<Void> end(Series series, String state) {
        return runs.execute(END, series.id(), state).replaceWithVoid();
    }
}
