package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.operation.OutcomeKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.Arrays;
import java.util.List;

/** Entities counted by groups, as plans and previews tell of them: how many groups there are, and the largest. Whoever wants all of them asks audit-service. */
final class GroupReports {

    /** A plan travels in an event of its run, which must not become too large for a topic: a value may take 1,200 bytes, and a group eight of them. */
    private static final int LARGEST = 20;

    /** What a plan foresees: {@code $1} run. */
    static final String FORESEEN = """
            SELECT place, count(*) OVER () AS groups,
                   sum(migrated)::bigint AS migrated, sum(unchanged)::bigint AS unchanged, sum(skipped)::bigint AS skipped,
                   sum(conflict)::bigint AS conflict, sum(failed)::bigint AS failed
              FROM godwit.group_count
             WHERE run_id = $1
             GROUP BY place
            HAVING sum(migrated + unchanged + skipped + conflict + failed) > 0
             ORDER BY sum(migrated + unchanged + skipped + conflict + failed) DESC, place
             LIMIT %d
            """.formatted(LARGEST);

    private static final List<String> OUTCOMES =
            Arrays.stream(OutcomeKind.values()).map(OutcomeKind::wireName).toList();

    private GroupReports() {}

    /** What a rollback would look at, by where it was counted: {@code $1} run. */
    static String undone(RunContext run) {
        return """
                SELECT g.place, count(*) OVER () AS groups, count(*) AS entities
                  FROM (%s) AS undone
                  LEFT JOIN godwit.grouped AS g ON g.run_id = $1 AND g.key = undone.key
                 GROUP BY g.place
                 ORDER BY count(*) DESC, g.place
                 LIMIT %d
                """.formatted(run.operation().undoneEntities(), LARGEST);
    }

    /** Of rows that yield {@code place}, the number of {@code groups}, and counts by name. */
    static JsonObject of(RunContext run, RowSet<Row> rows) {
        JsonArray largest = new JsonArray();
        long groups = 0;
        for (Row row : rows) {
            groups = row.getLong("groups");
            JsonObject told = new JsonObject().put("values", values(row));
            if (row.getColumnIndex("entities") >= 0) {
                told.put("entities", row.getLong("entities"));
            } else {
                JsonObject counts = new JsonObject();
                OUTCOMES.stream()
                        .filter(outcome -> row.getColumnIndex(outcome) >= 0)
                        .forEach(outcome -> counts.put(outcome, row.getLong(outcome)));
                told.put("counts", counts);
            }
            largest.add(told);
        }
        return new JsonObject()
                .put("columns", new JsonArray(run.definition().summary()))
                .put("number", groups)
                .put("largest", largest);
    }

    private static JsonArray values(Row row) {
        String place = row.getString("place");
        return place == null ? null : new JsonArray(place);
    }
}
