package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;

/** Moves losers' keys inside arrays to their survivors, row by row, each with its value before. */
final class MergedArrays {

    private final SqlConnection connection;
    private final RekeyJournal journal;
    private final RekeyRun run;
    private final ObjLongConsumer<String> count;

    MergedArrays(RekeyRun run, SqlConnection connection, RekeyJournal journal, ObjLongConsumer<String> count) {
        this.run = run;
        this.connection = connection;
        this.journal = journal;
        this.count = count;
    }

    Uni<Void> rewrite(MergeReference reference, Map<String, String> survivors) {
        String column = quote(reference.column());
        String sql = """
                SELECT ARRAY[%s] AS key, ARRAY(SELECT unnest(%s)::text) AS elements, %s::text AS before
                  FROM %s
                 WHERE %s && %s
                   FOR UPDATE
                """.formatted(
                reference.primaryKey().stream().map(c -> quote(c) + "::text").collect(joining(", ")),
                column,
                column,
                reference.table().quoted(),
                column,
                reference.type().array(1));
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of((Object) survivors.keySet().toArray(String[]::new)))
                .toMulti()
                .onItem()
                .transformToMultiAndConcatenate(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> update(reference, row, survivors))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> update(MergeReference reference, Row row, Map<String, String> survivors) {
        List<String> key = List.of(row.getArrayOfStrings("key"));
        String[] after = Arrays.stream(row.getArrayOfStrings("elements"))
                .map(e -> e == null ? null : survivors.getOrDefault(e, e))
                .toArray(String[]::new);
        List<Object> parameters = new ArrayList<>();
        parameters.add(after);
        Map<String, String> casts = run.shape(reference.table().toString()).casts();
        List<String> where = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            parameters.add(key.get(i));
            where.add(quote(reference.primaryKey().get(i)) + " = ($" + parameters.size() + "::text)::"
                    + casts.get(reference.primaryKey().get(i)));
        }
        String sql = "UPDATE " + reference.table().quoted() + " SET " + quote(reference.column())
                + " = godwit.in_shape_of(" + reference.type().array(1) + ", " + quote(reference.column()) + ")\n WHERE "
                + String.join(" AND ", where)
                + "\nRETURNING " + quote(reference.column()) + "::text AS after";
        return connection
                .preparedQuery(sql)
                .execute(Tuple.from(parameters))
                .invoke(() -> count.accept(reference.table().toString(), 1))
                .chain(rows -> journal.rewritten(
                        reference.table().toString(),
                        key,
                        reference.column(),
                        row.getString("before"),
                        rows.iterator().next().getString("after")));
    }
}
