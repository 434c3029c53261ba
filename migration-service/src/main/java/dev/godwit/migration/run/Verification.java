package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.constraint.Violations;
import dev.godwit.migration.definition.VerifyCheck;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What must hold before a run is complete. Differences are repaired by the scan itself, which then has to run once more and find nothing. */
@ApplicationScoped
class Verification {

    private static final String TOLD =
            "SELECT coalesce(sum(migrated), 0)::bigint AS told FROM godwit.stream WHERE run_id = $1";

    private final Chunks chunks;
    private final Runs runs;

    @Inject
    Verification(Chunks chunks, Runs runs) {
        this.chunks = chunks;
        this.runs = runs;
    }

    /** Cuts the scan: the root, unless the run acts on a part of it only, and every table with declared references. */
    Uni<Void> cut(SqlConnection connection, RunContext context, Run run, int generation) {
        Uni<Void> root = run.isPartial()
                ? Uni.createFrom().voidItem()
                : chunks.cutRoot(connection, context, Kind.VERIFY, generation);
        return root.chain(() -> chunks.cutSweep(
                connection, context, Kind.SWEEP, generation, context.operation().swept()));
    }

    /** Runs the checks; the result is the run's {@code verification}. What was pending or stale is what the scan of this generation found. */
    Uni<JsonObject> check(RunContext context, Run run) {
        JsonArray checks = new JsonArray();
        return scanned(run)
                .invoke(checks::addAll)
                .chain(() -> journalAgrees(context))
                .invoke(checks::add)
                .chain(() -> declared(context))
                .invoke(found -> found.forEach(checks::add))
                .replaceWith(() -> new JsonObject().put("checks", checks));
    }

    /** What is found when rows keep a constraint from being made. */
    static JsonObject hindered(Violations rows) {
        JsonObject check = check("constraint " + rows.constraint() + " holds for every row", "0", rows.describe());
        return new JsonObject().put("checks", new JsonArray().add(check));
    }

    /** What the last scan found. Entities outside its part are not the business of a partial run. */
    Uni<JsonArray> scanned(Run run) {
        return chunks.found(run.id(), run.generation()).map(found -> {
            JsonArray checks = new JsonArray();
            if (!run.isPartial()) {
                checks.add(check("no entity is pending", "0", Long.toString(found.entities())));
            }
            return checks.add(check("no declared reference is stale", "0", Long.toString(found.references())));
        });
    }

    /** Whether the last scan read every heap that the tables consist of by now: what was attached since has been read by nobody. */
    Uni<Boolean> isWhole(RunContext now, Run run) {
        return runs.inTransaction(connection -> chunks.uncutOfSwept(connection, now, run, run.generation())
                .chain(swept -> swept.isEmpty() && !run.isPartial()
                        ? chunks.uncutOfRoot(connection, now, run, run.generation())
                        : Uni.createFrom().item(swept))
                .map(List::isEmpty));
    }

    Uni<JsonObject> journalAgrees(RunContext context) {
        return number(context.operation().countJournaled(), context).chain(journaled -> number(TOLD, context)
                .map(told -> check("journal and outcomes agree", journaled, told)));
    }

    private Uni<String> number(String sql, RunContext context) {
        return runs.inTransaction(connection -> unhurried(connection)
                .chain(() -> connection.preparedQuery(sql).execute(Tuple.of(context.runId())))
                .map(rows -> rows.iterator().next().getLong(0).toString()));
    }

    Uni<List<JsonObject>> declared(RunContext context) {
        return Multi.createFrom()
                .iterable(context.definition().verify())
                .onItem()
                .transformToUniAndConcatenate(this::declared)
                .collect()
                .asList();
    }

    private Uni<JsonObject> declared(VerifyCheck check) {
        return runs.inTransaction(connection -> unhurried(connection)
                .chain(() -> connection.query(check.sql()).execute())
                .map(rows -> check(
                        check.name(), check.expect(), firstValue(rows.iterator().next()))));
    }

    /** These read whole tables: how long that takes is not known beforehand. */
    private static Uni<Void> unhurried(SqlConnection connection) {
        return connection
                .query("SET TRANSACTION READ ONLY")
                .execute()
                .chain(() -> connection.query("SET LOCAL statement_timeout = 0").execute())
                .replaceWithVoid();
    }

    private static String firstValue(Row row) {
        Object value = row.getValue(0);
        return value == null ? "null" : value.toString();
    }

    static JsonObject check(String name, String expected, String actual) {
        return new JsonObject()
                .put("name", name)
                .put("expected", expected)
                .put("actual", actual)
                .put("ok", expected.equals(actual));
    }

    /** Names the checks that failed; empty when all hold. */
    static Optional<String> failure(JsonObject verification) {
        List<String> failed = new ArrayList<>();
        verification.getJsonArray("checks").forEach(item -> {
            JsonObject check = (JsonObject) item;
            if (!check.getBoolean("ok")) {
                failed.add("'" + check.getString("name") + "' expected " + check.getString("expected") + ", found "
                        + check.getString("actual"));
            }
        });
        return failed.isEmpty() ? Optional.empty() : Optional.of("verification_failed: " + String.join("; ", failed));
    }
}
