package dev.godwit.migration.functions;

import dev.godwit.migration.definition.FunctionsFile;
import dev.godwit.migration.definition.Identifier;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The schema in which functions of a definition live while runs need them. A comment on it says that it is ours, and of which version of the file. */
public final class FunctionSchema {

    private static final String MARK = "functions of a godwit definition, ";

    private static final String LOOK = """
            SELECT n.oid IS NOT NULL AS there, coalesce(obj_description(n.oid, 'pg_namespace'), '') AS mark,
                   has_database_privilege(current_database(), 'CREATE') AS may_create,
                   EXISTS (SELECT FROM godwit.needed_schema AS s WHERE s.schema = wanted.name) AS needed
              FROM (SELECT $1::text AS name) AS wanted
              LEFT JOIN pg_namespace AS n ON n.nspname = wanted.name
            """;

    private static final String ENTER = """
            SELECT current_setting('search_path') AS before,
                   set_config('search_path', quote_ident($1) || ', ' || current_setting('search_path'), true)
            """;

    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(24747, 0)";

    private static final String NOTE = """
            INSERT INTO godwit.installed (run_id, schema, digest)
            VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING
            """;

    private static final String RELEASE = """
            SELECT godwit.uninstall(mine.schema)
              FROM godwit.installed AS mine
             WHERE mine.run_id = $1
               AND NOT EXISTS (SELECT FROM godwit.needed_schema AS other WHERE other.schema = mine.schema AND other.run_id <> $1)
            """;

    private final FunctionsFile file;

    public FunctionSchema(FunctionsFile file) {
        this.file = file;
    }

    /** How the schema stands. */
    public enum State {
        ABSENT,
        /** Absent, and the role may not make it. */
        FORBIDDEN,
        INSTALLED,
        /** Ours, but of another version of the file, which a run at work needs. */
        OTHER_VERSION,
        /** Ours, of another version of the file, and no run needs it: it may be replaced. */
        STALE,
        /** Somebody else's. */
        TAKEN
    }

    /** Looks; joins the caller's transaction. */
    public Uni<State> look(SqlConnection connection) {
        return connection.preparedQuery(LOOK).execute(Tuple.of(file.schema())).map(rows -> {
            var row = rows.iterator().next();
            if (!row.getBoolean("there")) {
                return row.getBoolean("may_create") ? State.ABSENT : State.FORBIDDEN;
            }
            String mark = row.getString("mark");
            if (!mark.startsWith(MARK)) {
                return State.TAKEN;
            }
            if (mark.equals(MARK + digest())) {
                return State.INSTALLED;
            }
            return row.getBoolean("needed") ? State.OTHER_VERSION : State.STALE;
        });
    }

    /** Makes the schema with all functions in the place of another version; joins the caller's transaction. Failure semantics: fails when something depends on that. */
    public Uni<Void> replace(SqlConnection connection) {
        return connection
                .preparedQuery("SELECT godwit.uninstall($1) AS dependent")
                .execute(Tuple.of(file.schema()))
                .map(rows -> rows.iterator().next().getString("dependent"))
                .chain(dependent -> dependent == null
                        ? install(connection)
                        : Uni.createFrom()
                                .failure(new IllegalStateException("the schema '" + file.schema()
                                        + "' holds another version of " + file.name() + ", and " + dependent
                                        + " depends on it")));
    }

    /** Makes the schema with all functions; joins the caller's transaction. Names without a schema mean this one first. */
    public Uni<Void> install(SqlConnection connection) {
        String schema = Identifier.quote(file.schema());
        return connection
                .query("CREATE SCHEMA " + schema)
                .execute()
                .chain(() -> connection.preparedQuery(ENTER).execute(Tuple.of(file.schema())))
                .map(rows -> rows.iterator().next().getString("before"))
                .call(() -> connection.query(file.sql()).execute())
                .chain(before -> connection
                        .preparedQuery("SELECT set_config('search_path', $1, true)")
                        .execute(Tuple.of(before)))
                .chain(() -> connection
                        .query("COMMENT ON SCHEMA " + schema + " IS '" + MARK + digest() + "'")
                        .execute())
                .replaceWithVoid();
    }

    /** Makes the schema unless it is there, and notes that the run needs it; joins the caller's transaction. Two that do so at once wait for each other. */
    public Uni<Void> installFor(SqlConnection connection, String run) {
        return connection
                .query(ONE_AT_A_TIME)
                .execute()
                .chain(() -> look(connection))
                .chain(state -> switch (state) {
                    case ABSENT, FORBIDDEN -> install(connection);
                    case INSTALLED -> Uni.createFrom().voidItem();
                    case STALE -> replace(connection);
                    case OTHER_VERSION, TAKEN ->
                        Uni.createFrom()
                                .<Void>failure(new IllegalStateException("the schema '" + file.schema()
                                        + "' holds something else than the functions of " + file.name()));
                })
                .chain(() -> connection.preparedQuery(NOTE).execute(Tuple.of(run, file.schema(), digest())))
                .replaceWithVoid();
    }

    /** Takes away what only this run needs; joins the caller's transaction. What something outside has come to depend on stays, and whoever wants its name next is told. */
    public static Uni<Void> releaseFor(SqlConnection connection, String run) {
        return connection
                .query(ONE_AT_A_TIME)
                .execute()
                .chain(() -> connection.preparedQuery(RELEASE).execute(Tuple.of(run)))
                .chain(() -> connection
                        .preparedQuery("DELETE FROM godwit.installed WHERE run_id = $1")
                        .execute(Tuple.of(run)))
                .replaceWithVoid();
    }

    private String digest() {
        try {
            byte[] bytes = file.sql().getBytes(StandardCharsets.UTF_8);
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must provide SHA-256", e);
        }
    }
}
