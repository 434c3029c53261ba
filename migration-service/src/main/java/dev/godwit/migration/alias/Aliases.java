package dev.godwit.migration.alias;

import dev.godwit.migration.operation.Statement;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The triggers of one rekey: an insert into a child, or an update of its foreign key, may name the parent by the key that it had before the run.
 *
 * <p>Each has a function of its own in schema {@code godwit}, which acts with the rights of Godwit's role, so that the application needs none there.
 */
public final class Aliases {

    /** A table that is busy must not queue the application behind us. */
    private static final String BRIEFLY =
            "SELECT set_config('lock_timeout', '300ms', true), set_config('client_min_messages', 'warning', true)";

    private static final String NOTE = """
            INSERT INTO godwit.alias (run_id, number, relation, trigger, function)
            VALUES ($1, $2, ($3::text)::regclass::oid, $4, $5)
            ON CONFLICT DO NOTHING
            """;

    private final List<Aliased> references;

    public Aliases(List<Aliased> references) {
        this.references = List.copyOf(references);
    }

    public List<Aliased> references() {
        return references;
    }

    /**
     * Makes the triggers, and notes what was made; joins the caller's transaction. Idempotent. Failure semantics: 55P03 when a table is busy for longer than 300 ms, and then none
     * is made; to be tried again.
     */
    public Uni<Void> make(SqlConnection connection, String run, long serial) {
        return connection.query(BRIEFLY).execute().chain(() -> Multi.createFrom()
                .items(IntStream.range(0, references.size()).boxed())
                .onItem()
                .transformToUniAndConcatenate(
                        number -> make(connection, new AliasSql(references.get(number), run, serial, number)))
                .onItem()
                .ignoreAsUni());
    }

    private static Uni<Void> make(SqlConnection connection, AliasSql sql) {
        return connection
                .query(sql.function())
                .execute()
                .chain(() -> connection.query(sql.trigger()).execute())
                .chain(() -> connection
                        .preparedQuery(NOTE)
                        .execute(Tuple.of(sql.run(), sql.number(), sql.child(), sql.triggerName(), sql.functionName())))
                .replaceWithVoid();
    }

    /** Takes away what a run has made; joins the caller's transaction. Idempotent; failure semantics as of {@link #make}. */
    public static Uni<Void> drop(SqlConnection connection, String run) {
        return connection
                .preparedQuery("SELECT godwit.drop_aliases($1)")
                .execute(Tuple.of(run))
                .replaceWithVoid();
    }

    /** For people; "…" stands for the run. */
    public List<Statement> statements() {
        return IntStream.range(0, references.size())
                .mapToObj(number -> new AliasSql(references.get(number), "…", 0, number))
                .flatMap(sql -> Stream.of(
                        new Statement(
                                "alias-function-" + sql.number(),
                                "who names the parent by its old key means the new one",
                                sql.function()),
                        new Statement(
                                "alias-" + sql.number(),
                                "before the first batch, until the run is forgotten or rolled back",
                                sql.trigger())))
                .toList();
    }
}
