package dev.godwit.migration.health;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.plan.Figure;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The newest measures, whoever took them. What is too old, or was taken by another definition, is not known any more. */
@ApplicationScoped
public class HealthReport {

    /** Rounds that may fail before a measure is too old. */
    private static final int ROUNDS = 3;

    private static final String READ = """
            SELECT migration, definition_hash, data, extract(epoch FROM clock_timestamp() - measured_at)::double precision AS age
              FROM godwit.health
            """;

    private final Pool pool;
    private final Definitions definitions;
    private final Measurer measurer;
    private final HealthConfig config;
    private final String instance;
    private final AtomicBoolean measuring = new AtomicBoolean();

    @Inject
    public HealthReport(
            Pool pool, Definitions definitions, Measurer measurer, HealthConfig config, GodwitConfig godwit) {
        this.pool = pool;
        this.definitions = definitions;
        this.measurer = measurer;
        this.config = config;
        this.instance = godwit.instance();
    }

    private record Kept(String definitionHash, JsonObject data, double ageSeconds) {
        static Kept fromRow(Row row) {
            return new Kept(row.getString("definition_hash"), row.getJsonObject("data"), row.getDouble("age"));
        }
    }

    /**
     * All migrations with measures, or one.
     *
     * <p>Failure semantics: {@link Refusal} when there is no such migration, or it has no measures.
     */
    public Uni<JsonObject> read(Optional<String> migration) {
        List<Definition> measured = measured(migration);
        return pool.query(READ).execute().map(rows -> {
            Map<String, Kept> kept = new HashMap<>();
            rows.forEach(row -> kept.put(row.getString("migration"), Kept.fromRow(row)));
            return report(measured, kept);
        });
    }

    /**
     * One migration as it is now: measured for whoever asks, told to nobody else. The newest measures stay those of the last round.
     *
     * <p>Failure semantics: as {@link #read}; and {@link Refusal} while this instance measures for somebody else.
     */
    public Uni<JsonObject> measure(String migration) {
        Definition definition = measured(Optional.of(migration)).get(0);
        if (!measuring.compareAndSet(false, true)) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "measuring", "health is being measured for somebody else; ask again");
        }
        return Uni.createFrom()
                .deferred(() ->
                        measurer.measure(definition, () -> Uni.createFrom().voidItem()))
                .eventually(() -> measuring.set(false))
                .map(taken -> HealthRounds.data(instance, 0, config.every(), definition, taken)
                        .put("reason", null))
                .map(data -> answer(HealthState.named(data.getString("state")), new JsonArray().add(data)));
    }

    private List<Definition> measured(Optional<String> migration) {
        List<Definition> measured = definitions.current().definitions().stream()
                .filter(Measurer::measures)
                .filter(definition -> migration
                        .filter(name -> !name.equals(definition.migration()))
                        .isEmpty())
                .toList();
        if (migration.isPresent() && measured.isEmpty()) {
            throw nothing(migration.get());
        }
        return measured;
    }

    private Refusal nothing(String migration) {
        return definitions
                .find(migration)
                .map(found -> new Refusal(
                        Refusal.Kind.NOT_FOUND,
                        "no_measures",
                        "migration '" + migration + "' has no measures; write some under health: in its definition"))
                .orElseGet(() -> new Refusal(
                        Refusal.Kind.NOT_FOUND,
                        "unknown_migration",
                        "no migration is called '" + migration + "'; GET /api/migrations lists them"));
    }

    private JsonObject report(List<Definition> measured, Map<String, Kept> kept) {
        JsonArray migrations = new JsonArray();
        List<HealthState> states = new ArrayList<>();
        for (Definition definition : measured) {
            JsonObject data = report(definition, Optional.ofNullable(kept.get(definition.migration())));
            states.add(HealthState.named(data.getString("state")));
            migrations.add(data);
        }
        return answer(measured.isEmpty() ? HealthState.EMPTY : HealthState.worst(states), migrations);
    }

    private JsonObject answer(HealthState state, JsonArray migrations) {
        return new JsonObject()
                .put("state", state.wireName())
                .put("everySeconds", Figure.json(config.every().toMillis() / 1000.0))
                .put("migrations", migrations);
    }

    private JsonObject report(Definition definition, Optional<Kept> kept) {
        if (kept.isEmpty()) {
            return new JsonObject()
                    .put("migration", definition.migration())
                    .put("definitionHash", definition.hash())
                    .put("at", null)
                    .put("state", HealthState.UNKNOWN.wireName())
                    .put("reason", "not_measured")
                    .put("measures", new JsonArray());
        }
        JsonObject data = kept.get().data();
        Optional<String> doubt = doubt(definition, kept.get());
        data.put("reason", doubt.orElse(null));
        doubt.ifPresent(reason -> {
            data.put("state", HealthState.UNKNOWN.wireName());
            data.getJsonArray("measures").forEach(measure -> ((JsonObject) measure)
                    .put("state", HealthState.UNKNOWN.wireName())
                    .put("reason", reason));
        });
        return data;
    }

    private Optional<String> doubt(Definition definition, Kept kept) {
        if (!kept.definitionHash().equals(definition.hash())) {
            return Optional.of("definition_changed");
        }
        Duration oldest = config.every().plus(config.takeOverAfter()).multipliedBy(ROUNDS);
        return kept.ageSeconds() > oldest.toSeconds() ? Optional.of("stale") : Optional.empty();
    }
}
