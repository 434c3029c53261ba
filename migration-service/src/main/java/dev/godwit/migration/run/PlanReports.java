package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.plan.Discover;
import dev.godwit.migration.plan.Finding;
import dev.godwit.migration.plan.UndeclaredReference;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Makes the report of a plan from what inspecting found. */
@ApplicationScoped
class PlanReports {

    /** Measured: WAL of a key rewrite with its journal, per row written, half of it full-page images. */
    private static final long WAL_BYTES_PER_ROW = 900;

    /** Measured on two cores at full pace; a rough figure until the run itself tells. */
    private static final double ROWS_PER_SECOND = 20_000;

    private static final String HELD = """
            SELECT outcome, reason, count(*) AS entities, (array_agg(key ORDER BY key))[1:5] AS sample
              FROM godwit.quarantine
             WHERE run_id = $1
             GROUP BY outcome, reason
             ORDER BY outcome, reason
            """;

    private static final String TOUCHED = """
            SELECT e.key AS relation, sum(e.value::bigint)::bigint AS rows
              FROM godwit.stream AS s, jsonb_each_text(s.touched) AS e
             WHERE s.run_id = $1
             GROUP BY e.key
            """;

    private final Runs runs;
    private final Pool pool;
    private final Discover discover = new Discover();
    private final CatalogReader catalog = new CatalogReader();

    @Inject
    PlanReports(Runs runs, Pool pool) {
        this.runs = runs;
        this.pool = pool;
    }

    /** What is known before a row is read: preflight's findings and what the plan holds for. */
    static JsonObject begin(List<Finding> findings, String definitionHash, String fingerprint) {
        JsonArray warnings = new JsonArray();
        JsonArray refusals = new JsonArray();
        findings.forEach(finding -> (finding.severity() == Finding.Severity.REFUSE ? refusals : warnings)
                .add(new JsonObject()
                        .put("code", finding.code())
                        .put("message", finding.message())
                        .put("remedy", finding.remedy())));
        return new JsonObject()
                .put("warnings", warnings)
                .put("refusals", refusals)
                .put("definitionHash", definitionHash)
                .put("catalogFingerprint", fingerprint);
    }

    Uni<JsonObject> complete(Run run, RunContext context) {
        return runs.snapshot(run.id()).chain(snapshot -> {
            JsonObject report =
                    Optional.ofNullable(snapshot.getJsonObject("plan")).orElseGet(JsonObject::new);
            report.put("run", run.id())
                    .put("migration", run.migration())
                    .put("counts", snapshot.getJsonObject("counts"));
            return conflicts(run, report)
                    .chain(() -> references(run, context, report))
                    .chain(() -> undeclared(context, report))
                    .replaceWith(report);
        });
    }

    private Uni<Void> conflicts(Run run, JsonObject report) {
        return runs.execute(HELD, run.id()).map(rows -> {
            JsonArray conflicts = new JsonArray();
            rows.forEach(row -> conflicts.add(new JsonObject()
                    .put("outcome", row.getString("outcome"))
                    .put("reason", row.getString("reason"))
                    .put("count", row.getLong("entities"))
                    .put("sampleKeys", new JsonArray(List.of(row.getArrayOfStrings("sample"))))));
            report.put("conflicts", conflicts);
            return null;
        });
    }

    private Uni<Void> references(Run run, RunContext context, JsonObject report) {
        return runs.execute(TOUCHED, run.id()).map(rows -> {
            JsonObject touched = new JsonObject();
            rows.forEach(row -> touched.put(row.getString("relation"), row.getLong("rows")));
            long total = touched.stream().mapToLong(e -> (Long) e.getValue()).sum();
            JsonArray references = new JsonArray();
            foreignKeys(context.model(), touched, references);
            context.model().softReferences().forEach(found -> references.add(soft(found, touched)));
            report.put("references", references);
            report.put(
                    "estimates",
                    new JsonObject()
                            .put("entities", touched.getLong(context.rootName(), 0L))
                            .put("rows", total)
                            .put("walBytes", total * WAL_BYTES_PER_ROW)
                            .put("seconds", Math.ceil(total / ROWS_PER_SECOND)));
            return null;
        });
    }

    private static void foreignKeys(RekeyModel model, JsonObject touched, JsonArray references) {
        model.merges().stream()
                .filter(reference -> model.softReferences().stream()
                        .noneMatch(soft -> soft.table().equals(reference.table())
                                && soft.reference().column().equals(reference.column())))
                .filter(reference -> reference.kind() == ColumnRewrite.Kind.SCALAR)
                .forEach(reference -> references.add(new JsonObject()
                        .put("table", reference.table().toString())
                        .put("column", reference.column())
                        .put("kind", "foreign-key")
                        .put("rows", touched.getLong(reference.table().toString(), 0L))
                        .put("strategy", "batch")
                        .putNull("warning")));
    }

    private static JsonObject soft(FoundReference found, JsonObject touched) {
        TableName table = found.table();
        String column = found.reference().column();
        boolean indexable = found.form() == FoundReference.Form.COLUMN || found.form() == FoundReference.Form.ARRAY;
        String using = found.form() == FoundReference.Form.ARRAY ? " USING gin" : "";
        String index = "CREATE INDEX CONCURRENTLY ON " + table.quoted() + using + " (\"" + column + "\")";
        return new JsonObject()
                .put("table", table.toString())
                .put("column", column)
                .put("kind", found.form().name().toLowerCase(Locale.ROOT))
                .put("rows", found.inBatch() ? touched.getLong(table.toString(), 0L) : null)
                .put("strategy", found.inBatch() ? "batch" : "sweep")
                .put("warning", !found.inBatch() && indexable ? index : null);
    }

    private Uni<Void> undeclared(RunContext context, JsonObject report) {
        return pool.withConnection(
                        connection -> catalog.table(connection, context.model().root())
                                .chain(root -> discover.discover(
                                        connection,
                                        root,
                                        context.model().key(),
                                        context.model().definition().references(),
                                        Discover.Limits.DEFAULT)))
                .map(found -> {
                    JsonArray undeclared = new JsonArray();
                    found.references().forEach(reference -> undeclared.add(toJson(reference)));
                    report.put("undeclared", undeclared).put("notSearched", new JsonArray(found.notSearched()));
                    return null;
                });
    }

    private static JsonObject toJson(UndeclaredReference reference) {
        return new JsonObject()
                .put("table", reference.table())
                .put("column", reference.column())
                .put("rows", reference.rows())
                .put("sample", reference.sampleKey())
                .put("line", reference.line());
    }
}
