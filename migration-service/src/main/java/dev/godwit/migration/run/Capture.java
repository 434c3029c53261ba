package dev.godwit.migration.run;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.batch.Home;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.Watched;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.tail.HeardDatabases.Heard;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * The publication is the switch of change capture: starting a run adds its tables, with a column list of their keys only, and ending it takes them out again. The
 * connector is never touched.
 */
@ApplicationScoped
public class Capture {

    /** How the reason of a run begins that waits for transactions to end. */
    static final String WAITS_FOR_OLDER = "waits for older transactions: ";

    private static final Logger LOG = Logger.getLogger(Capture.class);

    /** One row if the table is published; without a column list, no columns. */
    private static final String PUBLISHED = """
            SELECT ARRAY (SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = p.prrelid AND a.attnum = ANY (p.prattrs)) AS columns
              FROM pg_publication_rel AS p
              JOIN pg_publication AS b ON b.oid = p.prpubid
              JOIN pg_class AS c ON c.oid = p.prrelid
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE b.pubname = $3
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
    private final HeardDatabases databases;
    private final SourceSetup setup;

    @Inject
    public Capture(Runs runs, RunContexts contexts, HeardDatabases databases, SourceSetup setup) {
        this.runs = runs;
        this.contexts = contexts;
        this.databases = databases;
        this.setup = setup;
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

    /** Adds the run's tables to the publication of their database. Idempotent. */
    public Uni<Void> open(RunContext run) {
        return Multi.createFrom()
                .iterable(watched(run).entrySet())
                .onItem()
                .transformToUniAndConcatenate(table -> {
                    Heard database = databases.of(table.getKey().source());
                    return setup.prepare(database)
                            .chain(() -> database.inTransaction(c -> mustBeHome(c, database, run)
                                    .chain(() -> publish(c, database, table.getKey(), table.getValue()))));
                })
                .onItem()
                .ignoreAsUni();
    }

    /** In another database than the application's nothing is known of runs. */
    private static Uni<Void> mustBeHome(SqlConnection connection, Heard database, RunContext run) {
        return database.source().isEmpty()
                ? Home.mustBeHere(connection, run.runId())
                : Uni.createFrom().voidItem();
    }

    /** A table that is published with other columns, for whatever reason, is published anew: its events would not name its rows. */
    private static Uni<Void> publish(SqlConnection connection, Heard database, TableName table, Set<String> columns) {
        return published(connection, database, table)
                .chain(published -> published.filter(columns::equals).isPresent()
                        ? Uni.createFrom().voidItem()
                        : connection
                                .query("SET LOCAL lock_timeout = '500ms'")
                                .execute()
                                .chain(() -> published.isPresent()
                                        ? drop(connection, database, table)
                                        : Uni.createFrom().voidItem())
                                .chain(() -> add(connection, database, table, columns)));
    }

    private static Uni<Void> add(SqlConnection connection, Heard database, TableName table, Set<String> columns) {
        String list = columns.stream().map(c -> quote(c)).collect(joining(", "));
        String sql = "ALTER PUBLICATION " + quote(database.publication()) + " ADD TABLE ONLY " + table.quoted() + " ("
                + list + ")";
        return connection.query(sql).execute().replaceWithVoid();
    }

    private static Uni<Void> drop(SqlConnection connection, Heard database, TableName table) {
        return connection
                .query("ALTER PUBLICATION " + quote(database.publication()) + " DROP TABLE ONLY " + table.quoted())
                .execute()
                .replaceWithVoid();
    }

    /** The columns that a table is published with; empty when it is not. */
    private static Uni<Optional<Set<String>>> published(SqlConnection connection, Heard database, TableName table) {
        return connection
                .preparedQuery(PUBLISHED)
                .execute(Tuple.of(table.schema(), table.name(), database.publication()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .map(row -> Set.of(row.getArrayOfStrings("columns"))));
    }

    /**
     * Takes the run's tables out of the publication of the application's database; joins the caller's transaction. Only for runs that commit: no two of those in hand share
     * a table, but a plan may be made of a table that another run listens to. Goes by the tables that the run began with, which may be gone by now.
     */
    public Uni<Void> close(SqlConnection connection, Run run) {
        Heard database = databases.of(Optional.empty());
        return close(run, table -> table.source().isEmpty(), table -> close(connection, database, table));
    }

    /**
     * The same in other databases, once the run has ended: two databases share no transaction, and a run that goes on must not have become deaf. What is not taken out, since
     * the database does not answer, is heard in vain.
     */
    public Uni<Void> leave(Run run) {
        return close(
                        run,
                        table -> table.source()
                                .flatMap(name -> databases.find(Optional.of(name)))
                                .isPresent(),
                        table -> {
                            Heard database = databases.of(table.source());
                            return database.inTransaction(connection -> close(connection, database, table));
                        })
                .onFailure()
                .invoke(failure -> LOG.warnf(
                        "Run %s has ended, but its tables are still published elsewhere: %s",
                        run.id(), PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    private static Uni<Void> close(
            Run run, Predicate<TableName> where, Function<TableName, Uni<? extends Void>> close) {
        return Multi.createFrom()
                .iterable(run.tables())
                .map(TableName::parse)
                .filter(where)
                .onItem()
                .transformToUniAndConcatenate(close)
                .onItem()
                .ignoreAsUni();
    }

    private static Uni<Void> close(SqlConnection connection, Heard database, TableName table) {
        return published(connection, database, table)
                .chain(published -> published.isPresent()
                        ? drop(connection, database, table)
                        : Uni.createFrom().voidItem());
    }

    /** The first transaction that cannot have begun before now. */
    public Uni<String> barrier(Optional<String> source) {
        return databases.of(source).query(SNAPSHOT_END).map(rows -> rows.iterator()
                .next()
                .getString("xid"));
    }

    /** Empty once every transaction older than the barrier has ended; else a sentence, beginning with {@link #WAITS_FOR_OLDER}, about whom the run waits for. */
    public Uni<Optional<String>> waitingFor(Optional<String> source, String barrierXid) {
        return databases.of(source).query(OLDER, barrierXid).map(rows -> {
            var row = rows.iterator().next();
            return row.getBoolean("over")
                    ? Optional.empty()
                    : Optional.of(WAITS_FOR_OLDER
                            + Optional.ofNullable(row.getString("waiting_for")).orElse("a prepared transaction"));
        });
    }

    /** Slot and origin mode as REST shows them. */
    public Uni<JsonObject> describe() {
        String slot = databases.of(Optional.empty()).slot();
        return runs.inTransaction(contexts::originsCanHide)
                .chain(hidden -> runs.execute(SLOT, slot).map(rows -> {
                    JsonObject capture = new JsonObject().put("slot", slot);
                    rows.forEach(row -> capture.put("confirmedLsn", row.getString("confirmed"))
                            .put("currentLsn", row.getString("current"))
                            .put("lagBytes", row.getLong("lag"))
                            .put("active", row.getBoolean("active")));
                    return capture.put("originMode", hidden ? "hidden" : "echo");
                }));
    }
}
