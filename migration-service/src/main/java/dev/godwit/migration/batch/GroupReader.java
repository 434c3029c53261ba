package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.Selection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads in which groups entities are counted, where the definition groups by something; else it asks nothing. */
final class GroupReader {

    private final Optional<GroupSql> sql;
    private final ImportSource root;

    /** @param root where the root is read */
    GroupReader(RunContext run, ImportSource root) {
        this.sql = run.groupSql();
        this.root = root;
    }

    GroupReader(RunContext run, SqlConnection connection) {
        this(run, (statement, parameters) -> Rows.query(connection, statement, parameters));
    }

    /** The groups of rows that are there, by key. */
    Uni<Map<String, Group>> of(Collection<String> keys) {
        return sql.isEmpty() || keys.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : root.query(sql.get().ofKeys(), Tuple.of((Object) keys.toArray(String[]::new)))
                        .map(GroupReader::groups);
    }

    /** The same of a selection. */
    Uni<Map<String, Group>> of(Selection selection) {
        if (selection instanceof Selection.Keys keys) {
            return of(keys.keys());
        }
        Selection.BlockRange range = (Selection.BlockRange) selection;
        return sql.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : root.query(sql.get().ofRange(range.relation()), Tuple.of(range.fromTid(), range.toTid()))
                        .map(GroupReader::groups);
    }

    private static Map<String, Group> groups(List<Row> rows) {
        Map<String, Group> groups = new HashMap<>();
        rows.forEach(row -> groups.put(row.getString("key"), new Group(Arrays.asList(row.getArrayOfStrings("texts")))));
        return groups;
    }

    /** The result, with the outcomes of those entities in their groups. */
    static BatchResult place(BatchResult result, String table, Map<String, Group> groups) {
        return groups.isEmpty()
                ? result
                : result.replacing(result.outcomes().stream()
                        .map(outcome -> isIn(outcome, table, groups) ? outcome.in(groups.get(outcome.key())) : outcome)
                        .toList());
    }

    private static boolean isIn(Outcome outcome, String table, Map<String, Group> groups) {
        return outcome.table().equals(table) && groups.containsKey(outcome.key());
    }
}
