package dev.godwit.migration.run;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.batch.WaitingKeys;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.pace.PaceConfig;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Window;
import dev.godwit.migration.plan.Finding;
import dev.godwit.migration.plan.Preflight;
import dev.godwit.migration.plan.UnreadTables;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Starts runs: looks before anything is written, refuses with the way out, and then writes the run, its command and its first event in one transaction. */
@ApplicationScoped
class RunStarter {

    private static final String TYPE = "dev.godwit.run.start";

    /** Starts are rare, and one at a time: two that overlap must not both find the way free. */
    static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(24743, 0)";

    private static final String OVERLAPPING = """
            SELECT id, migration
              FROM godwit.run
             WHERE mode = 'commit'
               AND state NOT IN ('completed', 'cancelled', 'rolled-back')
               AND tables && $1::text[]
             ORDER BY serial
             LIMIT 1
            """;

    /** Tables that a change of these reaches by cascading foreign keys; what PostgreSQL writes there is as hidden as what the run writes itself. */
    private static final String REACHED = """
            WITH RECURSIVE reached AS (
                SELECT t.oid
                  FROM unnest($1::bigint[]::oid[]) AS t(oid)
                 UNION
                SELECT c.conrelid
                  FROM pg_constraint AS c
                  JOIN reached AS r ON r.oid = c.confrelid
                 WHERE c.contype = 'f'
                   AND (c.confupdtype = 'c' OR c.confdeltype IN ('c', 'n', 'd')))
            SELECT n.nspname AS schema, c.relname AS name
              FROM reached AS r
              JOIN pg_class AS c ON c.oid = r.oid
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
            """;

    /** What a commit is about to write is meant for the database cluster in which it was asked for. */
    private static final String INSERT = """
            INSERT INTO godwit.run (id, migration, operation, mode, state, definition, definition_file, definition_hash, catalog_fingerprint,
                                    requested_by, command_id, reason, entity_limit, only_keys, follow, max_rate, tables, plan, attachments, pace, only_between,
                                    traceparent, cluster)
            VALUES ($1, $2, $3, $4, 'planning', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                    CASE WHEN $4 = 'commit' THEN (SELECT system_identifier FROM pg_control_system()) END)
            """;

    private static final String PLAN = """
            SELECT definition_hash, catalog_fingerprint, state
              FROM godwit.run
             WHERE id = $1
               AND mode = 'plan'
               AND migration = $2
            """;

    private final Pool pool;
    private final RunContexts contexts;
    private final CommandLog log;
    private final Definitions definitions;
    private final Outside outside;
    private final PaceConfig pace;
    private final Preflight preflight;
    private final CatalogReader catalog = new CatalogReader();

    @Inject
    RunStarter(
            Pool pool,
            RunContexts contexts,
            CommandLog log,
            Definitions definitions,
            Outside outside,
            PaceConfig pace) {
        this.pool = pool;
        this.contexts = contexts;
        this.log = log;
        this.definitions = definitions;
        this.outside = outside;
        this.pace = pace;
        this.preflight = new Preflight(outside);
    }

    /** What was found before the run was written. */
    private record Looked(
            RunContexts.Compiled compiled, List<Finding> findings, String fingerprint, List<String> tables) {}

    /** Starts a run, or answers the one that this command id started before. */
    Uni<String> start(StartCommand command) {
        return log.find(command.commandId())
                .chain(done -> done.isPresent() ? Uni.createFrom().item(done.get()) : startNew(command));
    }

    private Uni<String> startNew(StartCommand command) {
        validate(command);
        Definition definition = definitions
                .find(command.migration())
                .orElseThrow(() -> RunServices.unknownMigration(command.migration()));
        Prerequisites.mustFit(command, definition);
        return pool.withConnection(connection -> Archiving.mustBeAtWork(connection, command)
                        .chain(() -> Prerequisites.mustBeMet(connection, command, definition))
                        .chain(() -> look(connection, definition, command.follow()))
                        .call(looked -> planStillHolds(connection, command, definition, looked)))
                .chain(looked -> log.once(
                        command.commandId(),
                        TYPE,
                        command.traceparent(),
                        connection -> write(connection, command, definition, looked)))
                .onFailure(CatalogException.class)
                .transform(failure -> new Refusal(Refusal.Kind.REFUSED, "unknown_table", failure.getMessage()));
    }

    private static void validate(StartCommand command) {
        if (command.only().size() > StartCommand.KEYS_MAX) {
            throw new Refusal(
                    Refusal.Kind.BAD_REQUEST,
                    "too_many_keys",
                    command.only().size() + " keys; a run of named keys takes at most " + StartCommand.KEYS_MAX);
        }
        if (command.limit().filter(limit -> limit < 1).isPresent()) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_data", "limit must be at least 1");
        }
        if (command.limit().isPresent() && !command.only().isEmpty()) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_data", "give either keys ('only') or a limit, not both");
        }
    }

    /** What a run would act on, unless it would be refused, or a run in hand shares tables with it. */
    Uni<RunContexts.Compiled> mayWrite(SqlConnection connection, Definition definition) {
        return look(connection, definition, false)
                .call(looked -> mustNotOverlap(connection, looked.tables().toArray(String[]::new)))
                .map(Looked::compiled);
    }

    private Uni<Looked> look(SqlConnection connection, Definition definition, boolean follow) {
        return preflight
                .check(connection, definition)
                .invoke(findings -> refuse(findings, follow))
                .chain(findings -> Prerequisites.warned(connection, definition, findings))
                .chain(findings -> leftBehind(connection, definition, findings))
                .chain(findings -> contexts.compile(connection, definition).chain(compiled -> Prerequisites.tables(
                                connection, compiled)
                        .chain(oids -> fingerprint(connection, compiled, oids)
                                .chain(fingerprint -> reached(connection, compiled, oids)
                                        .map(tables -> new Looked(
                                                compiled,
                                                findings,
                                                fingerprint,
                                                Prerequisites.claims(definition, compiled.operation(), tables)))))));
    }

    private Uni<List<Finding>> leftBehind(SqlConnection connection, Definition definition, List<Finding> findings) {
        UnreadTables tables = new UnreadTables(definitions.current().definitions());
        return definition
                .operation()
                .source()
                .map(source -> outside.within(source, there -> tables.find(there, definition)))
                .orElseGet(() -> tables.find(connection, definition))
                .map(unread -> Stream.concat(findings.stream(), unread.stream()).toList());
    }

    /** Of the tables of both databases, where there are two. */
    private Uni<String> fingerprint(SqlConnection connection, RunContexts.Compiled compiled, List<Long> oids) {
        List<Long> elsewhere = elsewhere(compiled).map(Table::oid).toList();
        return catalog.fingerprint(connection, oids)
                .chain(here -> elsewhere.isEmpty()
                        ? Uni.createFrom().item(here)
                        : compiled.operation()
                                .atRoot(connection, there -> catalog.fingerprint(there, elsewhere))
                                .map(there -> here + there));
    }

    private static Stream<Table> elsewhere(RunContexts.Compiled compiled) {
        return compiled.tables().values().stream()
                .filter(table -> table.name().source().isPresent());
    }

    private static Uni<List<String>> reached(SqlConnection connection, RunContexts.Compiled compiled, List<Long> oids) {
        return connection
                .preparedQuery(REACHED)
                .execute(Tuple.of((Object) oids.toArray(Long[]::new)))
                .map(rows -> Stream.concat(
                                StreamSupport.stream(rows.spliterator(), false)
                                        .map(row -> new TableName(row.getString("schema"), row.getString("name"))),
                                elsewhere(compiled).map(Table::name))
                        .map(TableName::toString)
                        .toList());
    }

    private static void refuse(List<Finding> findings, boolean follow) {
        List<Finding> refusals = findings.stream()
                .filter(follow ? Finding::refusesToFollow : Finding::refuses)
                .toList();
        if (!refusals.isEmpty()) {
            String message = refusals.stream()
                    .map(f -> f.message() + (f.remedy().isEmpty() ? "" : " — " + f.remedy()))
                    .collect(Collectors.joining("\n"));
            throw new Refusal(Refusal.Kind.REFUSED, refusals.get(0).code(), message);
        }
    }

    private static Uni<Void> planStillHolds(
            SqlConnection connection, StartCommand command, Definition definition, Looked looked) {
        if (command.plan().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        String plan = command.plan().get();
        return connection
                .preparedQuery(PLAN)
                .execute(Tuple.of(plan, definition.migration()))
                .invoke(rows -> {
                    if (rows.size() == 0) {
                        throw new Refusal(
                                Refusal.Kind.NOT_FOUND,
                                "unknown_plan",
                                "there is no plan '" + plan + "' of " + definition.migration());
                    }
                    var row = rows.iterator().next();
                    boolean same = definition.hash().equals(row.getString("definition_hash"))
                            && looked.fingerprint().equals(row.getString("catalog_fingerprint"));
                    if (!same) {
                        throw new Refusal(
                                Refusal.Kind.PLAN_CHANGED,
                                "plan_changed",
                                "the definition or the tables changed since plan '" + plan
                                        + "' was made; plan again and look at the difference");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<String> write(SqlConnection connection, StartCommand command, Definition definition, Looked looked) {
        String id = ShortIds.next('r');
        String[] tables = looked.tables().toArray(String[]::new);
        return connection
                .query(ONE_AT_A_TIME)
                .execute()
                .chain(() -> command.commit()
                        ? mustNotOverlap(connection, tables)
                        : Uni.createFrom().voidItem())
                .chain(() -> Prerequisites.mustBeMet(connection, command, definition))
                .chain(() -> connection.preparedQuery(INSERT).execute(row(id, command, definition, looked, tables)))
                .chain(() -> new WaitingKeys(connection, id)
                        .add(looked.compiled().operation().root(), command.only(), WaitingKeys.Cause.ONLY))
                .chain(() -> Runs.announceState(connection, id))
                .replaceWith(id);
    }

    private static Uni<Void> mustNotOverlap(SqlConnection connection, String[] tables) {
        return connection
                .preparedQuery(OVERLAPPING)
                .execute(Tuple.of((Object) tables))
                .invoke(rows -> {
                    if (rows.size() > 0) {
                        var other = rows.iterator().next();
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "overlapping_run",
                                "run '" + other.getString("id") + "' of " + other.getString("migration")
                                        + " is in hand and shares tables with this one; wait for it, or cancel it");
                    }
                })
                .replaceWithVoid();
    }

    private Tuple row(String id, StartCommand command, Definition definition, Looked looked, String[] tables) {
        JsonObject plan = PlanReports.begin(looked.findings(), definition.hash(), looked.fingerprint());
        return Tuple.tuple()
                .addString(id)
                .addString(definition.migration())
                .addString(definition.operation().kind())
                .addString(command.commit() ? "commit" : "plan")
                .addString(definition.text())
                .addString(definition.file().toString())
                .addString(definition.hash())
                .addString(looked.fingerprint())
                .addString(command.requestedBy())
                .addString(command.commandId())
                .addString(command.reason().orElse(null))
                .addLong(command.limit().orElse(null))
                .addBoolean(!command.only().isEmpty())
                .addBoolean(command.follow())
                .addInteger(command.maxRate().orElse(null))
                .addArrayOfString(tables)
                .addJsonObject(plan)
                .addJsonObject(attachments(definition))
                .addString(pace(command).wireName())
                .addString(command.window().map(Window::toString).orElse(null))
                .addString(command.traceparent().orElse(null));
    }

    private PaceLevel pace(StartCommand command) {
        return command.pace().orElse(command.commit() ? pace.level() : PaceLevel.FULL);
    }

    private static JsonObject attachments(Definition definition) {
        JsonObject attachments = new JsonObject();
        definition.operation().attachments().forEach(attachments::put);
        return attachments;
    }
}
