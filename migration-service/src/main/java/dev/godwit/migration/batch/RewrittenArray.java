package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/**
 * What a merge journaled of an array, as its elements are to be read when the batch's moves have been undone: a survivor that was left where it is, because somebody has
 * changed or deleted it since, stands there under the key that the batch gave it after the merge.
 *
 * @param before the array's value before the merge
 * @param after its value after the merge
 * @param whole whether all rows that were merged away and that {@code before} refers to are back
 */
record RewrittenArray(String before, String after, boolean whole) {

    /** The survivors among the elements that are not back at their old keys, and the two values with their new ones. */
    private static final String READ = """
            WITH left_there AS MATERIALIZED (
                SELECT i.old_key, i.new_key
                  FROM godwit.identity AS i
                 WHERE i.run_id = $1
                   AND i.relation = $2
                   AND i.batch = $3
                   AND NOT i.merged
                   AND i.old_key = ANY (($4::text::%1$s[])::text[] || ($5::text::%1$s[])::text[])
                   AND NOT EXISTS (SELECT FROM %2$s AS p WHERE p.%3$s = i.old_key::%1$s))
            SELECT %4$s AS before,
                   %5$s AS after,
                   NOT EXISTS (SELECT
                                 FROM godwit.identity AS i
                                WHERE i.run_id = $1
                                  AND i.relation = $2
                                  AND i.batch = $3
                                  AND i.merged
                                  AND i.old_key = ANY (($4::text::%1$s[])::text[])
                                  AND NOT EXISTS (SELECT FROM %2$s AS p WHERE p.%3$s = i.old_key::%1$s)) AS whole
            """;

    private static final String VALUE = """
            godwit.in_shape_of((SELECT array_agg(coalesce((SELECT l.new_key::%1$s FROM left_there AS l WHERE l.old_key = e.value::text), e.value) ORDER BY e.n)
                                         FROM unnest($%2$d::text::%1$s[]) WITH ORDINALITY AS e(value, n)), $%2$d::text::%1$s[])::text""";

    /** Joins the transaction of the undo, after its moves and the rows that it brings back. */
    static Uni<RewrittenArray> read(
            RekeyRun run, SqlConnection connection, long batch, MergeReference reference, String before, String after) {
        RekeyModel model = run.model();
        String type = reference.type().castName();
        String sql = READ.formatted(
                type,
                model.tableOfMap(reference.map()).quoted(),
                quote(model.keyOfMap(reference.map())),
                VALUE.formatted(type, 4),
                VALUE.formatted(type, 5));
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of(run.runId(), reference.map(), batch, before, after))
                .map(rows -> of(rows.iterator().next()));
    }

    private static RewrittenArray of(Row row) {
        return new RewrittenArray(row.getString("before"), row.getString("after"), row.getBoolean("whole"));
    }
}
