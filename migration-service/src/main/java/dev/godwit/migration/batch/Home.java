package dev.godwit.migration.batch;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/** The database cluster in which a run began. A restored copy has the run's rows too, but another cluster's identifier; reading that costs microseconds. */
public final class Home {

    /** Whether a row of {@code godwit.run} is read there. A run that has not begun is at home anywhere. */
    public static final String IS_HERE =
            "(cluster IS NULL OR cluster = (SELECT system_identifier FROM pg_control_system()))";

    private static final String LOOK = """
            SELECT %s AS home
              FROM godwit.run
             WHERE id = $1
            """.formatted(IS_HERE);

    private Home() {}

    /** For whoever writes on behalf of the run, before the first write: fails with {@link AnotherDatabaseException} elsewhere. Joins the caller's transaction. */
    public static Uni<Void> mustBeHere(SqlConnection connection, String run) {
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(run))
                .invoke(rows -> rows.forEach(row -> {
                    if (!row.getBoolean("home")) {
                        throw new AnotherDatabaseException(run);
                    }
                }))
                .replaceWithVoid();
    }
}
