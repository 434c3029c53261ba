package dev.godwit.migration.run;

import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Where entities went: by a new key of their own, or into the row that an import has made of theirs. */
@ApplicationScoped
public class IdMap {

    /** Where the last move of the key led, and where that led in turn. */
    private static final String MOVED = """
            WITH RECURSIVE led AS (
                (SELECT m.new_key, m.run_id, m.undo_order
                   FROM godwit.move AS m
                  WHERE m.relation = $1
                    AND m.old_key = $2
                  ORDER BY m.undo_order DESC
                  LIMIT 1)
                 UNION ALL
                SELECT further.new_key, further.run_id, further.undo_order
                  FROM led
                 CROSS JOIN LATERAL (SELECT m.new_key, m.run_id, m.undo_order
                                       FROM godwit.move AS m
                                      WHERE m.relation = $1
                                        AND m.old_key = led.new_key
                                        AND m.undo_order > led.undo_order
                                      ORDER BY m.undo_order
                                      LIMIT 1) AS further)
            SELECT new_key, run_id
              FROM led
             ORDER BY undo_order DESC
             LIMIT 1
            """;

    /** The row that the newest import of the table has made of the entity, and the run that wrote it last; a row that was found as it should be was written by none. */
    private static final String IMPORTED = """
            SELECT m.target_key AS new_key, coalesce(c.run_id, i.run_id) AS run_id
              FROM (SELECT DISTINCT ON (r.migration) r.migration, r.id AS run_id, r.serial
                      FROM godwit.relation AS n
                      JOIN godwit.run AS r ON r.id = n.run_id AND r.operation = 'import'
                     WHERE n.relation = 0
                       AND n.name = $1
                     ORDER BY r.migration, r.serial DESC) AS i
              JOIN godwit.imported AS m ON m.migration = i.migration AND m.source_key = $2 AND m.target_key IS NOT NULL
              LEFT JOIN LATERAL (SELECT j.run_id
                                   FROM godwit.run AS w
                                   JOIN godwit.import_change AS j ON j.run_id = w.id AND j.entity = $2
                                  WHERE w.migration = i.migration
                                  ORDER BY w.serial DESC
                                  LIMIT 1) AS c ON true
             ORDER BY i.serial DESC
             LIMIT 1
            """;

    private final Runs runs;

    @Inject
    public IdMap(Runs runs) {
        this.runs = runs;
    }

    /** The newest key of the entity that had this one; empty when no run that is kept has given it another. */
    public Uni<Optional<JsonObject>> find(TableName table, String key) {
        return find(MOVED, table, key)
                .chain(moved -> moved.isPresent() ? Uni.createFrom().item(moved) : find(IMPORTED, table, key));
    }

    private Uni<Optional<JsonObject>> find(String sql, TableName table, String key) {
        return runs.execute(sql, table.toString(), key).map(rows -> StreamSupport.stream(rows.spliterator(), false)
                .findFirst()
                .map(row -> new JsonObject()
                        .put("table", table.toString())
                        .put("key", key)
                        .put("newKey", row.getString("new_key"))
                        .put("run", row.getString("run_id"))));
    }
}
