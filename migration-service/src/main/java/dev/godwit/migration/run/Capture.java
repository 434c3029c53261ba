package dev.godwit.migration.run;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.Watched;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The publication is the switch of change capture: starting a run adds its tables, with a column list of their keys only, and ending it takes them out again. The
 * connector is never touched.
 */
@ApplicationScoped
public class Capture {

    /** One row if the table is published; without a column list, no columns. */
    private static final String PUBLISHED = """
            SELECT ARRAY (SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = p.prrelid AND a.attnum = ANY (p.prattrs)) AS columns
              FROM pg_publication_rel AS p
              JOIN pg_publication AS b ON b.oid = p.prpubid
              JOIN pg_class AS c ON c.oid = p.prrelid
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE b.pubname = 'godwit'
               AND n.nspname = $1
               AND c.relname = $2
            """;

    private static final String SNAPSHOT_END = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid";

    /** Writes of a transaction that was open when the publication changed may be in neither lane: as CREATE INDEX CONCURRENTLY does, wait for all of them. */
    private static final String OLDER = """
            SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ($1::text)::xid8 AS over,
                   (SELECT string_agg('pid ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), a.usename, a.backend_type) || ', ' || coalesce(a.state, '?')
                                      || ', since ' || to_char(a.xact_start, 'HH24:MI:SS') || ')', '; ')
                      FROM pg_stat_activity AS a
                     WHERE a.backend_xid IS NOT NULL
                       AND age(a.backend_xid) >= age((($1::text)::bigint & 4294967295)::text::xid)
                       AND a.pid <> pg_backend_pid()) AS waiting_for
            """;

    private static final String SLOT = """
            SELECT s.slot_name, s.confirmed_flush_lsn::text AS confirmed, pg_current_wal_lsn()::text AS current, s.active,
                   pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)::bigint AS lag
              FROM pg_replication_slots AS s
             WHERE s.slot_name = $1
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final GodwitConfig config;

    @Inject
    public Capture(Runs runs, RunContexts contexts, GodwitConfig config) {
        this.runs = runs;
        this.contexts = contexts;
        this.config = config;
    }

    /** Tables that a run listens to, each with the columns that name its rows. */
    private static Map<TableName, Set<String>> watched(RunContext run) {
        Map<TableName, Set<String>> watched = new LinkedHashMap<>();
        for (Watched table : run.operation().watched()) {
            TableShape shape = run.shape(table.table().toString());
            Set<String> columns = watched.computeIfAbsent(table.table(), t -> new LinkedHashSet<>(shape.primaryKey()));
            table.column().ifPresent(columns::add);
        }
        return watched;
    }

    /** Adds the run's tables to the publication. Idempotent. */
    public Uni<Void> open(RunContext run) {
        return Multi.createFrom()
                .iterable(watched(run).entrySet())
                .onItem()
                .transformToUniAndConcatenate(
                        table -> runs.inTransaction(c -> publish(c, table.getKey(), table.getValue())))
                .onItem()
                .ignoreAsUni();
    }

    /** A table that is published with other columns, for whatever reason, is published anew: its events would not name its rows. */
    private static Uni<Void> publish(SqlConnection connection, TableName table, Set<String> columns) {
        return published(connection, table)
                .chain(published -> published.filter(columns::equals).isPresent()
                        ? Uni.createFrom().voidItem()
                        : connection
                                .query("SET LOCAL lock_timeout = '500ms'")
                                .execute()
                                .chain(() -> published.isPresent()
                                        ? drop(connection, table)
                                        : Uni.createFrom().voidItem())
                                .chain(() -> add(connection, table, columns)));
    }

    private static Uni<Void> add(SqlConnection connection, TableName table, Set<String> columns) {
        String list = columns.stream().map(c -> quote(c)).collect(joining(", "));
        String sql = "ALTER PUBLICATION godwit ADD TABLE ONLY " + table.quoted() + " (" + list + ")";
        return connection.query(sql).execute().replaceWithVoid();
    }

    private static Uni<Void> drop(SqlConnection connection, TableName table) {
        return connection
                .query("ALTER PUBLICATION godwit DROP TABLE ONLY " + table.quoted())
                .execute()
                .replaceWithVoid();
    }

    /** The columns that a table is published with; empty when it is not. */
    private static Uni<Optional<Set<String>>> published(SqlConnection connection, TableName table) {
        return connection
                .preparedQuery(PUBLISHED)
                .execute(Tuple.of(table.schema(), table.name()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(row -> Set.of(row.getArrayOfStrings("columns"))));
    }

    /**
     * Takes the run's tables out of the publication; joins the caller's transaction. Only for runs that commit: no two of those in hand share a table, but a plan may be
     * made of a table that another run listens to. Goes by the tables that the run began with, which may be gone by now.
     */
    public Uni<Void> close(SqlConnection connection, Run run) {
        return Multi.createFrom()
                .iterable(run.tables())
                .map(TableName::parse)
                .onItem()
                .transformToUniAndConcatenate(table -> published(connection, table)
                        .chain(published -> published.isPresent()
                                ? drop(connection, table)
                                : Uni.createFrom().voidItem()))
                .onItem()
                .ignoreAsUni();
    }

    /** The first transaction that cannot have begun before now. */
    public Uni<String> barrier() {
        return runs.execute(SNAPSHOT_END).map(rows -> rows.iterator().next().getString("xid"));
    }

    /** Empty once every transaction older than the barrier has ended; else whom the run waits for. */
    public Uni<Optional<String>> waitingFor(String barrierXid) {
        return runs.execute(OLDER, barrierXid).map(rows -> {
            var row = rows.iterator().next();
            return row.getBoolean("over")
                    ? Optional.empty()
                    : Optional.of(
                            Optional.ofNullable(row.getString("waiting_for")).orElse("a prepared transaction"));
        });
    }

    /** Slot and origin mode as REST shows them. */
    public Uni<JsonObject> describe() {
        return runs.inTransaction(contexts::originsCanHide)
                .chain(hidden -> runs.execute(SLOT, config.capture().slot()).map(rows -> {
                    JsonObject capture =
                            new JsonObject().put("slot", config.capture().slot());
                    rows.forEach(row -> capture.put("confirmedLsn", row.getString("confirmed"))
                            .put("currentLsn", row.getString("current"))
                            .put("lagBytes", row.getLong("lag"))
                            .put("active", row.getBoolean("active")));
                    return capture.put("originMode", hidden ? "hidden" : "echo");
                }));
    }
}
