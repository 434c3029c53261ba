package dev.godwit.migration.run;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.operation.Statement;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The statements of a migration, as they are executed. */
final class Explanation {

    private Explanation() {}

    static JsonObject of(Definition definition, List<Statement> statements) {
        JsonArray array = new JsonArray();
        statements.forEach(statement -> array.add(new JsonObject()
                .put("name", statement.name())
                .put("purpose", statement.purpose())
                .put("sql", statement.sql())));
        return new JsonObject().put("migration", definition.migration()).put("statements", array);
    }
}
