package dev.godwit.migration.batch;

import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The names behind the numbers of tables in a run's identity map. */
public final class MappedRelations {

    private static final String ENTER = """
            INSERT INTO godwit.relation (run_id, relation, name)
            SELECT $1, t.relation, t.name
              FROM unnest($2::integer[], $3::text[]) AS t(relation, name)
            ON CONFLICT DO NOTHING
            """;

    private MappedRelations() {}

    /** Enters them; joins the caller's transaction. Idempotent. */
    public static Uni<Void> enter(SqlConnection connection, RunContext run) {
        List<String> names = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (TableName table : run.operation().mappedTables()) {
            numbers.add(numbers.size());
            names.add(table.toString());
        }
        return connection
                .preparedQuery(ENTER)
                .execute(Tuple.of(run.runId(), numbers.toArray(Integer[]::new), names.toArray(String[]::new)))
                .replaceWithVoid();
    }
}
