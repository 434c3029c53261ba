package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.KeySearch;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.PlannedReference;
import dev.godwit.migration.plan.Discover;
import dev.godwit.migration.plan.Discovery;
import dev.godwit.migration.plan.Finding;
import dev.godwit.migration.plan.UndeclaredReference;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;

/** Makes the report of a plan from what inspecting found. */
@ApplicationScoped
class PlanReports {

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

    /** WAL until it has been read and archived, and as much again for new versions of rows, their index entries and the journal, which are what the WAL consists of. */
    private static final int DISK_PER_WAL = 2;

    private final Runs runs;
    private final Pool pool;
    private final Inventory inventory;
    private final SharedFate sharedFate;
    private final Discover discover = new Discover();
    private final CatalogReader catalog = new CatalogReader();

    @Inject
    PlanReports(Runs runs, Pool pool, Inventory inventory, SharedFate sharedFate) {
        this.runs = runs;
        this.pool = pool;
        this.inventory = inventory;
        this.sharedFate = sharedFate;
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
                    .chain(() -> groups(run, context, report))
                    .chain(() -> references(run, context, report))
                    .chain(() -> undeclared(context, report))
                    .chain(() -> inventory.take(context))
                    .invoke(figures -> report.put("inventory", figures))
                    .chain(() -> sharedFate.of(run.tables()))
                    .invoke(shared -> report.put("sharedFate", shared))
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

    private Uni<Void> groups(Run run, RunContext context, JsonObject report) {
        return context.definition().summary().isEmpty()
                ? Uni.createFrom().voidItem()
                : runs.execute(GroupReports.FORESEEN, run.id())
                        .invoke(rows -> report.put("groups", GroupReports.of(context, rows)))
                        .replaceWithVoid();
    }

    private Uni<Void> references(Run run, RunContext context, JsonObject report) {
        return runs.execute(TOUCHED, run.id()).map(rows -> {
            JsonObject touched = new JsonObject();
            rows.forEach(row -> touched.put(row.getString("relation"), row.getLong("rows")));
            long total = touched.stream().mapToLong(e -> (Long) e.getValue()).sum();
            Effort effort = context.operation().effort();
            JsonArray references = new JsonArray();
            context.operation().references().forEach(reference -> references.add(toJson(reference, touched)));
            report.put("references", references);
            report.put(
                    "estimates",
                    new JsonObject()
                            .put("entities", touched.getLong(context.rootName(), migrated(report)))
                            .put("rows", total)
                            .put("walBytes", total * effort.walBytesPerRow())
                            .put("diskBytes", DISK_PER_WAL * total * effort.walBytesPerRow())
                            .put("seconds", Math.ceil(total / effort.rowsPerSecond())));
            return null;
        });
    }

    /** Of an operation that leaves the entities themselves as they are, those count that it acts on. */
    private static long migrated(JsonObject report) {
        return report.getJsonObject("counts").getLong(OutcomeKind.MIGRATED.wireName(), 0L);
    }

    private static JsonObject toJson(PlannedReference reference, JsonObject touched) {
        String table = reference.table().toString();
        return new JsonObject()
                .put("table", table)
                .put("column", reference.column())
                .put("kind", reference.kind())
                .put("rows", reference.inBatch() ? touched.getLong(table, 0L) : null)
                .put("strategy", reference.inBatch() ? "batch" : "sweep")
                .put("warning", reference.missingIndex().orElse(null));
    }

    /** Only a key that changes can leave somebody behind with the old one. */
    private Uni<Void> undeclared(RunContext context, JsonObject report) {
        return context.operation()
                .keySearch()
                .map(search -> discover(context, search))
                .orElseGet(() -> Uni.createFrom().item(new Discovery(List.of(), List.of())))
                .map(found -> {
                    JsonArray undeclared = new JsonArray();
                    found.references().forEach(reference -> undeclared.add(toJson(reference)));
                    report.put("undeclared", undeclared).put("notSearched", new JsonArray(found.notSearched()));
                    return null;
                });
    }

    private Uni<Discovery> discover(RunContext context, KeySearch search) {
        return pool.withConnection(
                connection -> catalog.table(connection, context.operation().root())
                        .chain(root -> discover.discover(
                                connection, root, search.key(), search.declared(), Discover.Limits.DEFAULT)));
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
