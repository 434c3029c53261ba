package dev.godwit.migration.health;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.plan.Figure;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.sql.PgErrors;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Rounds of measures over all migrations. Every instance asks for its turn; the one that gets it measures.
 *
 * <p>Failure semantics: what goes wrong with one migration is logged, and the next one is measured; runs notice nothing of it.
 */
@ApplicationScoped
public class HealthRounds {

    private static final Logger LOG = Logger.getLogger(HealthRounds.class);

    private final Definitions definitions;
    private final Measurer measurer;
    private final HealthTurns turns;
    private final HealthConfig config;
    private final String instance;

    @Inject
    HealthRounds(
            Definitions definitions, Measurer measurer, HealthTurns turns, HealthConfig config, GodwitConfig godwit) {
        this.definitions = definitions;
        this.measurer = measurer;
        this.turns = turns;
        this.config = config;
        this.instance = godwit.instance();
    }

    @Scheduled(
            every = "${godwit.health.look:1s}",
            delayed = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        if (!config.enabled()) {
            return Uni.createFrom().voidItem();
        }
        return round().onFailure()
                .invoke(failure -> LOG.warnf("Health is not measured now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** Measures everything, if it is time to and nobody else does; answers whether it was. */
    public Uni<Boolean> round() {
        return turns.take(instance, config.takeOverAfter())
                .chain(turn -> turn.isEmpty()
                        ? Uni.createFrom().item(false)
                        : round(turn.get()).replaceWith(true));
    }

    private Uni<Void> round(long turn) {
        List<Definition> measured = definitions.current().definitions().stream()
                .filter(Measurer::measures)
                .toList();
        return Multi.createFrom()
                .iterable(measured)
                .onItem()
                .transformToUniAndConcatenate(definition -> measure(turn, definition))
                .onItem()
                .ignoreAsUni()
                .chain(() -> turns.keepOnly(
                        measured.stream().map(Definition::migration).toList()))
                .chain(() -> turns.end(turn, config.every()))
                .onFailure(LostTurnException.class)
                .invoke(() -> LOG.infof("Another instance measures health now; turn %d is not told", turn));
    }

    private Uni<Void> measure(long turn, Definition definition) {
        return measurer.measure(definition, () -> turns.renew(turn, config.takeOverAfter()))
                .map(measurements -> data(instance, turn, config.every(), definition, measurements))
                .chain(data -> turns.tell(turn, definition.migration(), definition.hash(), data))
                .onFailure(failure -> !(failure instanceof LostTurnException))
                .invoke(failure -> LOG.warnf(
                        "Health of migration %s is not measured now: %s",
                        definition.migration(), PgErrors.describe(failure)))
                .onFailure(failure -> !(failure instanceof LostTurnException))
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** The event's data. */
    static JsonObject data(
            String instance, long turn, Duration every, Definition definition, List<Measurement> measurements) {
        JsonArray measures = new JsonArray();
        measurements.forEach(measurement -> measures.add(measurement.toJson()));
        return new JsonObject()
                .put("migration", definition.migration())
                .put("definitionHash", definition.hash())
                .put("instance", instance)
                .put("turn", turn)
                .put("at", Instant.now().toString())
                .put("everySeconds", Figure.json(every.toMillis() / 1000.0))
                .put("state", state(measurements).wireName())
                .put("measures", measures);
    }

    private static HealthState state(List<Measurement> measurements) {
        return HealthState.worst(measurements.stream().map(Measurement::state).toList());
    }
}
