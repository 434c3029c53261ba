package dev.godwit.migration.run;

import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.plan.Comparison;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** How each migration stands, in the graph's words: by its last run or stamp, and by what the catalog says to that. */
@ApplicationScoped
class MigrationStates {

    private static final String RECORDED = "SELECT migration, state, partial FROM godwit.recorded";

    private final Definitions definitions;
    private final Pool pool;

    @Inject
    MigrationStates(Definitions definitions, Pool pool) {
        this.definitions = definitions;
        this.pool = pool;
    }

    /** State by migration; one of which nothing is known is not among them. */
    Uni<JsonObject> read() {
        return pool.query(RECORDED)
                .execute()
                .map(rows -> {
                    JsonObject states = new JsonObject();
                    rows.forEach(row -> states.put(
                            row.getString("migration"),
                            graphState(RunState.ofWireName(row.getString("state")), row.getBoolean("partial"))));
                    return states;
                })
                .call(states -> Comparison.of(pool, definitions.current().definitions())
                        .invoke(compared -> compared.stream()
                                .filter(Comparison::isDrifted)
                                .forEach(drifted ->
                                        states.put(drifted.definition().migration(), "drifted"))));
    }

    private static String graphState(RunState state, boolean partial) {
        return switch (state) {
            case COMPLETED -> partial ? "running" : "applied";
            case ROLLED_BACK -> "rolled-back";
            case CANCELLED, PLANNED -> "unapplied";
            default -> "running";
        };
    }
}
