package dev.godwit.migration.tail;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whoever asked for entities by name gets an answer for each of them, those included that need nothing or do not exist. */
final class Answers {

    /** Code of an entity that no row has. */
    static final String NOT_FOUND = "not_found";

    /** Code of an entity outside the definition's {@code where}. */
    static final String OUT_OF_SCOPE = "out_of_scope";

    private static final String KNOWN = """
            SELECT DISTINCT ON (old_key) old_key, new_key
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = 0
               AND old_key = ANY ($2::text[])
             ORDER BY old_key, godwit.undo_order_of($1, batch) DESC
            """;

    private final RunContext run;
    private final SqlConnection connection;

    Answers(RunContext run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    Uni<BatchResult> complete(BatchResult result) {
        String[] missing = result.notFound().toArray(String[]::new);
        return connection
                .preparedQuery(KNOWN)
                .execute(Tuple.of(run.runId(), missing))
                .map(rows -> {
                    Map<String, String> known = new HashMap<>();
                    rows.forEach(row -> known.put(row.getString("old_key"), row.getString("new_key")));
                    List<Outcome> answers = new ArrayList<>();
                    result.notFound().forEach(key -> answers.add(answer(key, known.get(key))));
                    result.outOfScope()
                            .forEach(key -> answers.add(Outcome.of(run.rootName(), key, OutcomeKind.SKIPPED)
                                    .because(OUT_OF_SCOPE)));
                    return result.with(answers);
                });
    }

    private Outcome answer(String key, String newKey) {
        return newKey == null
                ? Outcome.of(run.rootName(), key, OutcomeKind.SKIPPED).because(NOT_FOUND)
                : Outcome.of(run.rootName(), key, OutcomeKind.UNCHANGED)
                        .because(Counts.ALREADY_MIGRATED)
                        .to(newKey);
    }
}
