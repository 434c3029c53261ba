package dev.godwit.migration.run;

import dev.godwit.migration.batch.Operation;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.operation.Statement;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** The statements of a migration, as they are executed. */
final class Explanation {

    private Explanation() {}

    static JsonObject of(Definition definition, Operation operation) {
        List<Statement> statements = new ArrayList<>(operation.statements());
        if (!definition.summary().isEmpty()) {
            operation
                    .groupSql(definition.summary())
                    .ifPresent(sql -> statements.add(new Statement(
                            "read-groups",
                            "columns by which counts are grouped, of entities that a batch is about",
                            sql.ofKeys())));
        }
        JsonArray array = new JsonArray();
        statements.forEach(statement -> array.add(new JsonObject()
                .put("name", statement.name())
                .put("purpose", statement.purpose())
                .put("sql", statement.sql())));
        return new JsonObject().put("migration", definition.migration()).put("statements", array);
    }
}
