package dev.godwit.migration.run;

import dev.godwit.migration.batch.Rehearsal;
import dev.godwit.migration.batch.Rehearsal.Entity;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rehearses a migration: entities at random are migrated and restored one by one, each in a transaction that is rolled back. Nothing stays: no row, no journal, no event.
 *
 * <p>Failure semantics: {@link Refusal} for what a run would be refused for too. The time is limited; what was not rehearsed in it is told.
 */
@ApplicationScoped
public class Rehearsals {

    /** Entities that one rehearsal takes at most. */
    public static final int SAMPLE_MAX = 1000;

    /** Whoever asks waits for the answer, and does so for a minute. */
    private static final Duration TIME_MAX = Duration.ofSeconds(40);

    private static final String LAST_PLAN = """
            SELECT id, plan
              FROM godwit.run
             WHERE migration = $1
               AND mode = 'plan'
               AND state = 'planned'
               AND definition_hash = $2
             ORDER BY serial DESC
             LIMIT 1
            """;

    private final Definitions definitions;
    private final RunStarter starter;
    private final WorkerSessions sessions;
    private final Pool pool;

    @Inject
    Rehearsals(Definitions definitions, RunStarter starter, WorkerSessions sessions, Pool pool) {
        this.definitions = definitions;
        this.starter = starter;
        this.sessions = sessions;
        this.pool = pool;
    }

    /**
     * Rehearses; answers the report.
     *
     * @param sample how many entities, at most {@link #SAMPLE_MAX}
     */
    public Uni<JsonObject> rehearse(String migration, int sample) {
        if (sample < 1 || sample > SAMPLE_MAX) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_data", "'sample' must be between 1 and " + SAMPLE_MAX);
        }
        Definition definition = definitions.find(migration).orElseThrow(() -> RunServices.unknownMigration(migration));
        Prerequisites.mustHaveEntities(definition);
        return pool.withConnection(connection -> starter.mayWrite(connection, definition))
                .onFailure(CatalogException.class)
                .transform(failure -> new Refusal(Refusal.Kind.REFUSED, "unknown_table", failure.getMessage()))
                .map(compiled -> context(definition, compiled))
                .chain(run -> lastPlan(definition).chain(plan -> rehearse(run, sample, plan)));
    }

    static RunContext context(Definition definition, RunContexts.Compiled compiled) {
        return new RunContext(
                Rehearsal.RUN,
                0,
                definition,
                true,
                compiled.operation(),
                Optional.empty(),
                compiled.operation().duplicates().isPresent(),
                false,
                TableShape.byName(compiled.tables()),
                Optional.empty(),
                Optional.empty());
    }

    private Uni<Optional<JsonObject>> lastPlan(Definition definition) {
        return pool.preparedQuery(LAST_PLAN)
                .execute(Tuple.of(definition.migration(), definition.hash()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.ofNullable(rows.iterator().next().getJsonObject("plan")));
    }

    private Uni<JsonObject> rehearse(RunContext run, int sample, Optional<JsonObject> plan) {
        Instant end = Steady.now().plus(TIME_MAX);
        RehearsalSample drawn = new RehearsalSample(pool, run);
        return drawn.keys(sample).chain(keys -> drawn.groups(keys).chain(groups -> entities(run, keys, groups, end)
                .map(entities -> new RehearsalReport(run, sample, keys.size(), entities).toJson(drawn.notes(), plan))));
    }

    /** One after the other, until the time is up. */
    private Uni<List<Entity>> entities(
            RunContext run, List<String> keys, Map<String, List<String>> groups, Instant end) {
        Rehearsal rehearsal = new Rehearsal(sessions, run);
        List<Entity> entities = new ArrayList<>();
        return Multi.createFrom()
                .iterable(keys)
                .onItem()
                .transformToUniAndConcatenate(key -> Steady.now().isAfter(end)
                        ? Uni.createFrom().voidItem()
                        : rehearsal
                                .of(key, groups.getOrDefault(key, List.of()))
                                .invoke(entities::add)
                                .replaceWithVoid())
                .onItem()
                .ignoreAsUni()
                .replaceWith(entities);
    }
}
