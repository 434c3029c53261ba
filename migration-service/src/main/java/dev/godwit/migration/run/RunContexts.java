package dev.godwit.migration.run;

import dev.godwit.migration.batch.Operation;
import dev.godwit.migration.batch.Operations;
import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.Standing;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.catalog.CatalogShape;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.constraint.CheckSwap;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.definition.OperationDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Compiles a run's definition against the catalog, once per generation of chunks and instance: whoever cuts anew sees the tables as they are by then. */
@ApplicationScoped
public class RunContexts {

    private static final int CACHED_MAX = 64;

    private static final String NAMES = """
            SELECT n.nspname AS schema, c.relname AS name
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE c.oid = ANY ($1::bigint[]::oid[])
            """;

    /** What is compiled and what is compared later are of the same moment. */
    private static final String AT_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    private static final String SERVER_VERSION = "SELECT current_setting('server_version_num')::integer AS version";

    private static final String ORIGINS = """
            SELECT has_function_privilege('pg_replication_origin_session_setup(text)', 'EXECUTE')
               AND has_function_privilege('pg_replication_origin_session_reset()', 'EXECUTE')
               AND has_function_privilege('pg_replication_origin_session_is_setup()', 'EXECUTE')
               AND EXISTS (SELECT FROM pg_replication_origin WHERE roname ~ '^godwit_[0-9]+$')
               AND current_setting('server_version_num')::integer >= 160000
               AND NOT EXISTS (SELECT FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
                   AS hidden
            """;

    private final Pool pool;
    private final Outside outside;
    private final Drift drift;
    private final CatalogReader catalog = new CatalogReader();
    private final Map<String, RunContext> cached = new ConcurrentHashMap<>();

    @Inject
    public RunContexts(Pool pool, Outside outside) {
        this.pool = pool;
        this.outside = outside;
        this.drift = new Drift(pool, outside);
    }

    /**
     * What was read and compiled.
     *
     * @param tables every table that the run reads or writes
     */
    public record Compiled(Operation operation, Map<TableName, Table> tables) {}

    /** The context of a run, as its generation of chunks was cut by; a run that was re-planned meanwhile gets a fresh one. */
    public Uni<RunContext> of(Run run) {
        RunContext known = cached.get(key(run, run.generation()));
        return known != null ? Uni.createFrom().item(known) : keep(run, run.generation());
    }

    /** The context that the run's next generation of chunks is cut by, with every partition that has been attached meanwhile. */
    Uni<RunContext> ofNext(Run run) {
        return keep(run, run.generation() + 1);
    }

    /** The context as the tables are at this moment, for a look at them. */
    Uni<RunContext> now(Run run) {
        Definition definition = definition(run);
        return pool.withTransaction(connection -> connection
                .query(AT_ONE_MOMENT)
                .execute()
                .chain(() -> originsCanHide(connection))
                .chain(hidden -> compile(connection, definition).chain(compiled -> standing(connection, compiled)
                        .map(standing -> context(run, definition, compiled, hidden, standing)))));
    }

    private Uni<RunContext> keep(Run run, int generation) {
        return asBegun(run).invoke(context -> {
            if (cached.size() >= CACHED_MAX) {
                cached.clear();
            }
            cached.put(key(run, generation), context);
        });
    }

    /** Fails with {@link SchemaDriftException} when the tables are not what the run began with. */
    private Uni<RunContext> asBegun(Run run) {
        return now(run).onFailure(CatalogException.class)
                .recoverWithUni(
                        failure -> drift.explain(run, definition(run), failure).replaceWith((RunContext) null))
                .call(context -> context.standing()
                        .map(standing -> drift.mustBeNone(run, standing))
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    private static Definition definition(Run run) {
        return DefinitionDirectory.accepted(run.definition(), Path.of(run.definitionFile()), run.attachments());
    }

    private static String key(Run run, int generation) {
        return run.id() + "/" + generation + "/" + run.barrierXid().orElse("") + "/" + run.duplicates();
    }

    /** Statements that run once change their tables themselves. Partitions are told by their root. */
    private Uni<Optional<Standing>> standing(SqlConnection connection, Compiled compiled) {
        Operation operation = compiled.operation();
        if (operation.runOnce().isPresent()) {
            return Uni.createFrom().item(Optional.empty());
        }
        List<String> apart =
                operation.constraint().map(CheckSwap::name).stream().toList();
        List<Long> elsewhere = oids(compiled, true);
        return CatalogShape.read(connection, oids(compiled, false), apart)
                .chain(here -> elsewhere.isEmpty()
                        ? Uni.createFrom().item(new Standing(here, Optional.empty()))
                        : operation
                                .atRoot(connection, there -> CatalogShape.read(there, elsewhere, apart))
                                .map(there -> new Standing(here, Optional.of(there))))
                .map(Optional::of);
    }

    private static List<Long> oids(Compiled compiled, boolean elsewhere) {
        List<Table> tables = compiled.tables().values().stream()
                .filter(table -> table.name().source().isPresent() == elsewhere)
                .toList();
        Set<Long> leaves = new LinkedHashSet<>();
        tables.forEach(table ->
                table.leaves().stream().filter(leaf -> leaf != table.oid()).forEach(leaves::add));
        return tables.stream()
                .map(Table::oid)
                .filter(oid -> !leaves.contains(oid))
                .distinct()
                .sorted()
                .toList();
    }

    private static RunContext context(
            Run run, Definition definition, Compiled compiled, boolean hidden, Optional<Standing> standing) {
        return new RunContext(
                run.id(),
                run.serial(),
                definition,
                run.commit(),
                compiled.operation(),
                run.commit() ? run.barrierXid().map(Long::valueOf) : Optional.empty(),
                run.duplicates(),
                hidden,
                TableShape.byName(compiled.tables()),
                standing,
                Optional.empty());
    }

    /** Whether writes can be kept from the tail: the functions may be called, origins exist, and the database is not itself a subscriber, whose rows would be hidden too. */
    public Uni<Boolean> originsCanHide(SqlConnection connection) {
        return connection.query(ORIGINS).execute().map(rows -> rows.iterator()
                .next()
                .getBoolean("hidden"));
    }

    /** Reads the catalog around a definition and compiles it. */
    public Uni<Compiled> compile(SqlConnection connection, Definition definition) {
        OperationDefinition operation = definition.operation();
        Map<TableName, Table> tables = new LinkedHashMap<>();
        return readAll(connection, operation.tables(), tables)
                .chain(() -> readAll(connection, referencing(operation.rekeyedTables(), tables), tables))
                .chain(() -> readLeaves(connection, tables))
                .chain(() -> connection.query(SERVER_VERSION).execute())
                .map(rows -> rows.iterator().next().getInteger("version"))
                .chain(version -> columns(connection, operation).chain(columns -> elsewhere(operation)
                        .map(elsewhere -> new Compiled(
                                Operations.compile(operation, tables, version, columns, elsewhere, outside),
                                together(tables, elsewhere)))));
    }

    private Uni<Void> readLeaves(SqlConnection connection, Map<TableName, Table> tables) {
        return leafNames(connection, tables.values()).chain(leaves -> readAll(connection, leaves, tables));
    }

    /** The root and its leaves as the catalog of another database knows them; empty where it is in this one. */
    private Uni<Map<TableName, Table>> elsewhere(OperationDefinition operation) {
        Map<TableName, Table> tables = new LinkedHashMap<>();
        return operation
                .source()
                .map(name -> outside.within(name, connection -> readAll(connection, Set.of(operation.table()), tables)
                        .chain(() -> readLeaves(connection, tables))))
                .orElseGet(() -> Uni.createFrom().voidItem())
                .replaceWith(tables);
    }

    private static Map<TableName, Table> together(Map<TableName, Table> here, Map<TableName, Table> elsewhere) {
        Map<TableName, Table> all = new LinkedHashMap<>(here);
        all.putAll(elsewhere);
        return all;
    }

    /** What the definition's query yields, where it has one. */
    private static Uni<List<String>> columns(SqlConnection connection, OperationDefinition operation) {
        return Operations.described(operation)
                .map(sql -> connection
                        .query(sql)
                        .execute()
                        .map(RowSet::columnsNames)
                        .onFailure(failure -> PgErrors.sqlState(failure).isPresent())
                        .transform(failure -> new CatalogException(
                                "invalid_expression",
                                operation.kind() + ": PostgreSQL says: " + PgErrors.describe(failure),
                                "correct the query of the definition")))
                .orElseGet(() -> Uni.createFrom().item(List.of()));
    }

    private static Set<TableName> referencing(Set<TableName> keyed, Map<TableName, Table> tables) {
        Set<TableName> children = new LinkedHashSet<>();
        keyed.forEach(name ->
                tables.get(name).foreignKeysTo().stream().map(ForeignKey::child).forEach(children::add));
        return children;
    }

    private Uni<Void> readAll(SqlConnection connection, Set<TableName> names, Map<TableName, Table> tables) {
        List<TableName> missing =
                names.stream().filter(name -> !tables.containsKey(name)).toList();
        return Multi.createFrom()
                .iterable(missing)
                .onItem()
                .transformToUniAndConcatenate(name ->
                        catalog.table(connection, name).invoke(table -> tables.put(name, table.in(name.source()))))
                .onItem()
                .ignoreAsUni();
    }

    /** All tables are of one database. */
    private static Uni<Set<TableName>> leafNames(SqlConnection connection, Collection<Table> tables) {
        List<Long> oids = new ArrayList<>();
        tables.forEach(table -> oids.addAll(table.leaves()));
        Optional<String> source =
                tables.stream().findFirst().flatMap(table -> table.name().source());
        return connection
                .preparedQuery(NAMES)
                .execute(Tuple.of((Object) oids.toArray(Long[]::new)))
                .map(rows -> {
                    Set<TableName> names = new LinkedHashSet<>();
                    rows.forEach(
                            row -> names.add(new TableName(source, row.getString("schema"), row.getString("name"))));
                    return names;
                });
    }
}
