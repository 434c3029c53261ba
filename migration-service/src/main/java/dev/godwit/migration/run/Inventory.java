package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.Vitals;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.InventoryFigure;
import dev.godwit.migration.plan.Discover;
import dev.godwit.migration.plan.Figure;
import dev.godwit.migration.plan.Figures;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/** The figures by which a definition says what is there, for the report of a plan. A figure that cannot be had says why; the plan goes on. */
@ApplicationScoped
class Inventory {

    /** Entities that figures read at most; of more, so many at random. */
    private static final int ENTITIES_MAX = 100_000;

    private final RunContexts contexts;
    private final Pool pool;

    @Inject
    Inventory(RunContexts contexts, Pool pool) {
        this.contexts = contexts;
        this.pool = pool;
    }

    Uni<JsonArray> take(RunContext context) {
        Definition definition = context.definition();
        if (definition.inventory().isEmpty()) {
            return Uni.createFrom().item(new JsonArray());
        }
        return pool.withConnection(connection -> vitals(connection, context)
                .map(vitals -> new Figures(
                        connection,
                        Discover.Limits.DEFAULT.statementTimeout(),
                        definition.session(),
                        vitals,
                        ENTITIES_MAX))
                .chain(figures -> Multi.createFrom()
                        .iterable(definition.inventory())
                        .onItem()
                        .transformToUniAndConcatenate(
                                wanted -> figures.ask(wanted.sql()).map(figure -> toJson(wanted, figure)))
                        .collect()
                        .in(JsonArray::new, JsonArray::add)));
    }

    private Uni<Optional<Vitals>> vitals(SqlConnection connection, RunContext context) {
        return contexts.compile(connection, context.definition())
                .map(compiled -> compiled.operation().vitals(compiled.tables()));
    }

    private static JsonObject toJson(InventoryFigure wanted, Figure figure) {
        return new JsonObject()
                .put("name", wanted.name())
                .put(
                        "value",
                        figure.value().isPresent() ? Figure.json(figure.value().getAsDouble()) : null)
                .put("unit", wanted.unit())
                .put("reason", figure.reason().orElse(null))
                .put("detail", figure.detail().orElse(null))
                .put("read", figure.read().orElse(null))
                .put("of", figure.of().orElse(null));
    }
}
