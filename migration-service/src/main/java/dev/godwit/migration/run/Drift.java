package dev.godwit.migration.run;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.batch.Standing;
import dev.godwit.migration.definition.Definition;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Holds the tables of a run against what they looked like when it began. A run goes on with changed tables only after somebody who had been told how they differ has resumed
 * it.
 */
final class Drift {

    private static final Set<RunState> AT_WORK = Set.copyOf(EnumSet.of(
            RunState.PLANNING, RunState.BACKFILLING, RunState.FOLLOWING, RunState.VERIFYING, RunState.ROLLING_BACK));

    private static final Set<RunState> COMPARED = Set.copyOf(EnumSet.of(
            RunState.PLANNING,
            RunState.BACKFILLING,
            RunState.FOLLOWING,
            RunState.VERIFYING,
            RunState.ROLLING_BACK,
            RunState.PAUSED,
            RunState.FAILED));

    private static final String BEGUN_WITH = "SELECT shape FROM godwit.run WHERE id = $1";

    /** Zero rows: another instance was first, or the run is at rest. */
    private static final String BEGIN_WITH = """
            UPDATE godwit.run
               SET shape = $2
             WHERE id = $1
               AND shape IS NULL
            """;

    /** The step that cuts the tables anew finds the difference too, and is where the run is paused. */
    private static final String LOOK_ANEW = """
            UPDATE godwit.run
               SET rescan = true
             WHERE id = $1
               AND state IN ('backfilling', 'following', 'verifying', 'rolling-back')
            """;

    /** Whoever goes on from here has been told. */
    static final String TOLD = """
            UPDATE godwit.run
               SET shape = NULL, rescan = $2
             WHERE id = $1
            """;

    private final Pool pool;
    private final Outside outside;

    Drift(Pool pool, Outside outside) {
        this.pool = pool;
        this.outside = outside;
    }

    /** Fails with {@link SchemaDriftException} when the run began with other tables; the first look is what it begins with. */
    Uni<Void> mustBeNone(Run run, Standing now) {
        if (!run.commit() || !COMPARED.contains(run.state())) {
            return Uni.createFrom().voidItem();
        }
        return begunWith(run).chain(before -> before.map(then -> compare(run, then, now))
                .orElseGet(() -> AT_WORK.contains(run.state())
                        ? execute(BEGIN_WITH, Tuple.of(run.id(), now.toJson()))
                        : Uni.createFrom().voidItem()));
    }

    private Uni<Void> compare(Run run, Standing before, Standing now) {
        List<String> differences = before.differencesTo(now);
        return differences.isEmpty()
                ? Uni.createFrom().voidItem()
                : execute(LOOK_ANEW, Tuple.of(run.id()))
                        .chain(() -> Uni.createFrom().failure(new SchemaDriftException(run.id(), differences)));
    }

    /** Always fails: tables that do not fit their definition any more may have been changed under way, and then that is what has to be said. */
    Uni<Void> explain(Run run, Definition definition, Throwable failure) {
        if (!run.commit() || !AT_WORK.contains(run.state())) {
            return Uni.createFrom().failure(failure);
        }
        Optional<String> source = definition.operation().source();
        return begunWith(run)
                .chain(before -> before.map(then -> pool.withConnection(
                                        (SqlConnection connection) -> then.readAgain(connection, outside, source))
                                .chain(now -> compare(run, then, now)))
                        .orElseGet(() -> Uni.createFrom().voidItem()))
                .chain(() -> Uni.createFrom().failure(failure));
    }

    private Uni<Optional<Standing>> begunWith(Run run) {
        return pool.preparedQuery(BEGUN_WITH).execute(Tuple.of(run.id())).map(rows -> {
            JsonObject shape = rows.size() == 0 ? null : rows.iterator().next().getJsonObject("shape");
            return Optional.ofNullable(shape).map(Standing::fromJson);
        });
    }

    private Uni<Void> execute(String sql, Tuple parameters) {
        return pool.preparedQuery(sql).execute(parameters).replaceWithVoid();
    }
}
