package dev.godwit.migration.run;

import dev.godwit.migration.batch.Operation;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.operation.RunOnce;
import dev.godwit.migration.plan.Finding;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the graph demands of a run before it starts and before it is undone, and what runs of statements cannot be asked. */
@ApplicationScoped
class Prerequisites {

    private static final String UNMET = """
            SELECT d.name, CASE WHEN r.migration IS NULL OR r.state = 'cancelled' THEN 'unapplied' WHEN r.partial THEN 'applied in part' ELSE r.state END AS state
              FROM unnest($1::text[]) AS d(name)
              LEFT JOIN godwit.recorded AS r ON r.migration = d.name
             WHERE r.state IS DISTINCT FROM 'completed'
                OR r.partial
             ORDER BY d.name
            """;

    private static final String RECORDED = """
            SELECT state
              FROM godwit.recorded
             WHERE migration = $1
               AND state NOT IN ('cancelled', 'rolled-back')
            """;

    private static final String APPLIED_OF = """
            SELECT migration
              FROM godwit.recorded
             WHERE migration = ANY ($1::text[])
               AND state NOT IN ('cancelled', 'rolled-back')
             ORDER BY migration
            """;

    private static final String EXISTING = """
            SELECT to_regclass(t.name)::oid::bigint AS oid
              FROM unnest($1::text[]) AS t(name)
             WHERE to_regclass(t.name) IS NOT NULL
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final Definitions definitions;
    private final Pool pool;

    @Inject
    Prerequisites(Runs runs, RunContexts contexts, Definitions definitions, Pool pool) {
        this.runs = runs;
        this.contexts = contexts;
        this.definitions = definitions;
        this.pool = pool;
    }

    /** Refuses what means nothing for statements that are executed once. */
    static void mustFit(StartCommand command, Definition definition) {
        boolean part = command.limit().isPresent() || !command.only().isEmpty();
        if (!definition.operation().hasEntities()
                && (part
                        || command.follow()
                        || command.maxRate().isPresent()
                        || command.window().isPresent())) {
            throw new Refusal(
                    Refusal.Kind.BAD_REQUEST,
                    "bad_data",
                    definition.migration() + " is of kind "
                            + definition.operation().kind()
                            + ": it has no entities, so 'only', 'limit', 'follow', 'maxRate' and 'onlyBetween' mean nothing for it");
        }
    }

    /** Refuses to migrate single entities where there are none. */
    static void mustHaveEntities(Definition definition) {
        if (!definition.operation().hasEntities()) {
            throw new Refusal(
                    Refusal.Kind.BAD_REQUEST,
                    "bad_data",
                    definition.migration() + " is of kind "
                            + definition.operation().kind() + ": it has no entities that could be migrated");
        }
    }

    /** Tables that the run is about and that exist. */
    static Uni<List<Long>> tables(SqlConnection connection, RunContexts.Compiled compiled) {
        List<Long> oids = compiled.tables().values().stream()
                .filter(table -> table.name().source().isEmpty())
                .map(Table::oid)
                .toList();
        return compiled.operation()
                .runOnce()
                .map(once -> connection
                        .preparedQuery(EXISTING)
                        .execute(Tuple.of((Object) once.tables().toArray(String[]::new)))
                        .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                                .map(row -> row.getLong("oid"))
                                .toList()))
                .orElseGet(() -> Uni.createFrom().item(oids));
    }

    /** By what two runs get into each other's way: existing tables, those that statements make, and, for statements, the migration itself. */
    static List<String> claims(Definition definition, Operation operation, List<String> existing) {
        Stream<String> made = operation.runOnce().stream()
                .map(RunOnce::provides)
                .flatMap(provides -> provides.tables().stream())
                .map(TableName::toString);
        Stream<String> itself =
                definition.operation().hasEntities() ? Stream.of() : Stream.of("migration " + definition.migration());
        return Stream.of(existing.stream(), made, itself)
                .flatMap(names -> names)
                .distinct()
                .toList();
    }

    /** Warns of parents that are not applied; a commit refuses. */
    static Uni<List<Finding>> warned(SqlConnection connection, Definition definition, List<Finding> findings) {
        return unmet(connection, definition).map(unmet -> {
            List<Finding> all = new ArrayList<>(findings);
            unmet.forEach(parent -> all.add(new Finding(
                    Finding.Severity.WARN,
                    "dependency_unapplied",
                    "it depends on " + parent + "; a commit is refused until that is applied",
                    "run that first")));
            return all;
        });
    }

    private static Uni<List<String>> unmet(SqlConnection connection, Definition definition) {
        return connection
                .preparedQuery(UNMET)
                .execute(Tuple.of((Object) definition.dependsOn().toArray(String[]::new)))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> row.getString("name") + " (" + row.getString("state") + ")")
                        .toList());
    }

    /**
     * Refuses when a parent is not applied, or statements that run once have run. Asked twice: first of all, since whatever else is found follows from that, and again in the
     * transaction in which runs are started one at a time.
     */
    static Uni<Void> mustBeMet(SqlConnection connection, StartCommand command, Definition definition) {
        return parentsApplied(connection, command, definition)
                .chain(() -> definition.operation().hasEntities()
                        ? Uni.createFrom().voidItem()
                        : mustNotHaveRun(connection, definition));
    }

    private static Uni<Void> parentsApplied(SqlConnection connection, StartCommand command, Definition definition) {
        if (!command.commit()) {
            return Uni.createFrom().voidItem();
        }
        return unmet(connection, definition)
                .invoke(unmet -> {
                    if (!unmet.isEmpty()) {
                        throw new Refusal(
                                Refusal.Kind.REFUSED,
                                "dependency_unapplied",
                                definition.migration() + " depends on " + String.join(", ", unmet)
                                        + "; run that first, or record it with 'godwit stamp' if it was applied elsewhere");
                    }
                })
                .replaceWithVoid();
    }

    private static Uni<Void> mustNotHaveRun(SqlConnection connection, Definition definition) {
        return connection
                .preparedQuery(RECORDED)
                .execute(Tuple.of(definition.migration()))
                .invoke(rows -> {
                    if (rows.size() > 0) {
                        boolean applied =
                                "completed".equals(rows.iterator().next().getString("state"));
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                applied ? "already_applied" : "overlapping_run",
                                applied
                                        ? definition.migration()
                                                + " is applied, and its statements run once; roll it back to run it again ('godwit doctor "
                                                + definition.migration() + "' compares it with the catalog)"
                                        : "a run of " + definition.migration()
                                                + " is in hand; wait for it, resume it, or cancel it");
                    }
                })
                .replaceWithVoid();
    }

    /** Refuses to undo statements for which there is no way back, or on which applied migrations depend. */
    Uni<Void> mayBeUndone(String runId) {
        return runs.find(runId)
                .chain(found -> found.isEmpty()
                                || !SchemaSteps.drives(found.get())
                                || !found.get().commit()
                                || !found.get().state().mayBecome(RunState.ROLLING_BACK)
                        ? Uni.createFrom().voidItem()
                        : mayBeUndone(found.get()));
    }

    private Uni<Void> mayBeUndone(Run run) {
        return contexts.of(run)
                .chain(context -> StatementJournal.hasBegun(pool, run.id()).invoke(begun -> {
                    if (begun) {
                        mustHaveWayBack(run, context);
                    }
                }))
                .chain(() -> noDependents(run));
    }

    private static void mustHaveWayBack(Run run, RunContext context) {
        if (context.operation().runOnce().flatMap(RunOnce::down).isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.REFUSED,
                    "no_way_back",
                    "run '" + run.id() + "' cannot be rolled back: the definition of " + run.migration()
                            + " had no 'down' when it ran; write a migration that takes the change back");
        }
    }

    private Uni<Void> noDependents(Run run) {
        String[] dependents = definitions.current().definitions().stream()
                .filter(definition -> definition.dependsOn().contains(run.migration()))
                .map(Definition::migration)
                .toArray(String[]::new);
        return runs.execute(APPLIED_OF, (Object) dependents)
                .invoke(rows -> {
                    if (rows.size() > 0) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "dependents_applied",
                                rows.iterator().next().getString("migration") + " depends on " + run.migration()
                                        + " and is applied or in hand; roll that back first");
                    }
                })
                .replaceWithVoid();
    }
}
