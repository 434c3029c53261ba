package dev.godwit.migration.series;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.graph.Needs;
import dev.godwit.migration.graph.Needs.Step;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.run.ShortIds;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/** Starts, shows and ends series; {@link SeriesDriver} moves them on. */
@ApplicationScoped
public class SeriesService {

    private static final Logger LOG = Logger.getLogger(SeriesService.class);
    private static final int SHOWN_MAX = 100;

    private static final String IN_HAND = """
            SELECT id, migration, state
              FROM godwit.run
             WHERE mode = 'commit'
               AND state NOT IN ('completed', 'cancelled', 'rolled-back')
               AND migration = ANY ($1::text[])
             ORDER BY serial
             LIMIT 1
            """;

    private final SeriesStore store;
    private final RunService runService;
    private final Runs runs;
    private final Definitions definitions;

    @Inject
    SeriesService(SeriesStore store, RunService runService, Runs runs, Definitions definitions) {
        this.store = store;
        this.runService = runService;
        this.runs = runs;
        this.definitions = definitions;
    }

    /**
     * Starts the runs that the named migrations still need, or answers the series that this command started before. What is applied is left out; where nothing is left, the
     * series is complete at once.
     *
     * <p>Failure semantics: {@link Refusal} when a migration is not known, is drifted, or, for a commit, has a run in hand; nothing was written.
     */
    public Uni<JsonObject> start(SeriesCommand command) {
        return store.findByCommand(command.commandId())
                .chain(found -> found.isPresent()
                        ? Uni.createFrom().voidItem()
                        : steps(command).chain(steps -> store.insert(ShortIds.next('s'), command, steps)))
                .chain(() -> store.findByCommand(command.commandId()))
                .chain(found -> report(found.orElseThrow()));
    }

    private Uni<List<Step>> steps(SeriesCommand command) {
        command.migrations().forEach(this::mustBeKnown);
        return runService
                .migrationStates()
                .map(states -> needed(command, states))
                .call(steps -> command.commit()
                        ? mustNotBeInHand(steps)
                        : Uni.createFrom().voidItem());
    }

    private void mustBeKnown(String migration) {
        if (definitions.find(migration).isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.NOT_FOUND,
                    "unknown_migration",
                    "there is no migration '" + migration + "'; 'godwit list' shows those that are there");
        }
    }

    private List<Step> needed(SeriesCommand command, JsonObject states) {
        List<Definition> known = definitions.current().definitions();
        List<Step> steps;
        try {
            steps = Needs.of(known, name -> "applied".equals(states.getString(name)), command.migrations());
        } catch (IllegalArgumentException tangled) {
            throw new Refusal(Refusal.Kind.CONFLICT, "cycle", tangled.getMessage());
        }
        steps.stream()
                .map(Step::migration)
                .filter(name -> "drifted".equals(states.getString(name)))
                .findFirst()
                .ifPresent(SeriesService::refuseDrifted);
        return steps;
    }

    private static void refuseDrifted(String migration) {
        throw new Refusal(
                Refusal.Kind.CONFLICT,
                "drifted",
                migration + " is recorded as applied, but something that it provides is missing: 'godwit doctor "
                        + migration + "' says what; roll its run back, or take its stamp back, and ask again");
    }

    private Uni<Void> mustNotBeInHand(List<Step> steps) {
        String[] names = steps.stream().map(Step::migration).toArray(String[]::new);
        return runs.execute(IN_HAND, (Object) names)
                .invoke(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .ifPresent(row -> {
                            throw new Refusal(
                                    Refusal.Kind.CONFLICT,
                                    "dependency_running",
                                    "run '" + row.getString("id") + "' of " + row.getString("migration")
                                            + " is in hand (" + row.getString("state")
                                            + "); wait for it, resume it, or cancel it, and ask again");
                        }))
                .replaceWithVoid();
    }

    /** One series with all its members; fails with {@link Refusal} when there is none. */
    public Uni<JsonObject> find(String id) {
        return store.find(id).chain(found -> report(found.orElseThrow(() -> unknown(id))));
    }

    private static Refusal unknown(String id) {
        return new Refusal(
                Refusal.Kind.NOT_FOUND,
                "unknown_series",
                "there is no series '" + id + "'; GET /api/series lists them");
    }

    /** The newest, each with its members. */
    public Uni<JsonArray> list() {
        return store.newest(SHOWN_MAX)
                .onItem()
                .transformToMulti(found -> Multi.createFrom().iterable(found))
                .onItem()
                .transformToUniAndConcatenate(this::report)
                .collect()
                .in(JsonArray::new, JsonArray::add);
    }

    /** Starts no further run. A run in hand goes on; it is ended by its own command. Does nothing to a series that has ended. */
    public Uni<JsonObject> cancel(String id, String requestedBy, Optional<String> reason) {
        return store.find(id)
                .map(found -> found.orElseThrow(() -> unknown(id)))
                .call(series -> store.end(series, Series.CANCELLED))
                .invoke(() -> LOG.infof(
                        "Series %s: cancel, asked by %s%s",
                        id, requestedBy, reason.map(why -> ": " + why).orElse("")))
                .chain(() -> find(id));
    }

    private Uni<JsonObject> report(Series series) {
        return store.members(series.id()).map(series::report);
    }
}
