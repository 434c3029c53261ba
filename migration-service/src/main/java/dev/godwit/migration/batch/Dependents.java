package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.TableShape.Dependent;
import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finds rows that hang on rows about to be deleted, by foreign keys that the merge does not follow. Whatever the foreign key would do about it (delete them too, empty
 * their columns, refuse), it is not what a merge may do.
 */
final class Dependents {

    private final SqlConnection connection;

    Dependents(SqlConnection connection) {
        this.connection = connection;
    }

    /**
     * Those of the rows that others hang on, each with a sentence that says who.
     *
     * @param keyColumns the columns that name the rows
     * @param followed a column whose foreign keys the merge follows; empty when it follows none
     */
    Uni<Map<List<String>, String>> of(
            TableShape table, List<String> keyColumns, List<List<String>> keys, String followed) {
        Map<List<String>, String> found = new LinkedHashMap<>();
        if (keys.isEmpty()) {
            return Uni.createFrom().item(found);
        }
        return Multi.createFrom()
                .iterable(table.dependents())
                .filter(dependent -> !dependent.columns().contains(followed))
                .onItem()
                .transformToUniAndConcatenate(dependent -> find(table, dependent, keyColumns, keys, found))
                .onItem()
                .ignoreAsUni()
                .replaceWith(found);
    }

    /** Those of the keys that rows of a table without a primary key refer to: such rows cannot be journaled one by one. */
    Uni<List<String>> onNamelessRows(MergeReference reference, List<String> keys) {
        String column = "t." + quote(reference.column());
        boolean array = reference.kind() == ColumnRewrite.Kind.ARRAY;
        String sql = """
                SELECT k.key::text AS key
                  FROM unnest(%s) AS k(key)
                 WHERE EXISTS (SELECT FROM %s AS t WHERE %s)
                """.formatted(
                        reference.type().array(1),
                        reference.table().quoted(),
                        array ? column + " @> ARRAY[k.key]" : column + " = k.key");
        return keys(sql, keys);
    }

    /** Those of the keys that more rows refer to than a merge can move. */
    Uni<List<String>> withTooManyRows(MergeReference reference, List<String> keys) {
        String sql = """
                SELECT k.key::text AS key
                  FROM unnest(%s) AS k(key)
                 WHERE %d < (SELECT count(*) FROM (SELECT FROM %s AS t WHERE t.%s = k.key LIMIT %d) AS counted)
                """.formatted(
                        reference.type().array(1),
                        MergedChildren.ROWS_MAX,
                        reference.table().quoted(),
                        quote(reference.column()),
                        MergedChildren.ROWS_MAX + 1);
        return keys(sql, keys);
    }

    private Uni<List<String>> keys(String sql, List<String> keys) {
        return Rows.query(connection, sql, Tuple.of((Object) keys.toArray(String[]::new)))
                .map(rows -> Rows.texts(rows, "key"));
    }

    private Uni<Void> find(
            TableShape table,
            Dependent dependent,
            List<String> keyColumns,
            List<List<String>> keys,
            Map<List<String>, String> found) {
        return connection
                .preparedQuery(sql(table, dependent, keyColumns))
                .execute(arrays(keyColumns.size(), keys))
                .invoke(rows -> rows.forEach(row -> found.putIfAbsent(
                        List.of(row.getArrayOfStrings("key")),
                        "rows of " + dependent.child() + " hang on " + table.name() + " by "
                                + String.join(", ", dependent.columns()) + ", and cannot follow to the survivor")))
                .replaceWithVoid();
    }

    private static String sql(TableShape table, Dependent dependent, List<String> keyColumns) {
        return """
                SELECT DISTINCT ARRAY[%s] AS key
                  FROM unnest(%s) AS k(%s)
                  JOIN %s AS t ON %s
                  JOIN %s AS c ON %s
                """.formatted(
                keyColumns.stream().map(c -> "t." + quote(c) + "::text").collect(joining(", ")),
                IntStream.range(0, keyColumns.size())
                        .mapToObj(i ->
                                "($" + (i + 1) + "::text[])::" + table.casts().get(keyColumns.get(i)) + "[]")
                        .collect(joining(", ")),
                IntStream.range(0, keyColumns.size()).mapToObj(i -> "k" + i).collect(joining(", ")),
                table.name().quoted(),
                IntStream.range(0, keyColumns.size())
                        .mapToObj(i -> "t." + quote(keyColumns.get(i)) + " = k.k" + i)
                        .collect(joining(" AND ")),
                dependent.child().quoted(),
                IntStream.range(0, dependent.columns().size())
                        .mapToObj(i -> "c." + quote(dependent.childColumns().get(i)) + " = t."
                                + quote(dependent.columns().get(i)))
                        .collect(joining(" AND ")));
    }

    private static Tuple arrays(int columns, List<List<String>> keys) {
        List<Object> arrays = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            int column = i;
            arrays.add(keys.stream().map(key -> key.get(column)).toArray(String[]::new));
        }
        return Tuple.from(arrays);
    }
}
