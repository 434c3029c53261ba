package dev.godwit.migration.run;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeySql;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The statements of a migration, as they are executed. */
final class Explanation {

    private Explanation() {}

    static JsonObject of(Definition definition, RekeyModel model, RekeySql sql) {
        JsonArray statements = new JsonArray();
        add(
                statements,
                "group",
                "entities that share one new key, over the whole table, before the first chunk",
                sql.groupDuplicates());
        for (TableName leaf : model.leaves()) {
            add(
                    statements,
                    "read-range",
                    "entities of a range of blocks of " + leaf + ", locked",
                    sql.readRange(leaf, true));
        }
        add(
                statements,
                "read-keys",
                "entities by key: the tail, requests, and rows that stand on a wanted key",
                sql.readKeys(true));
        if (model.survivor().isPresent()) {
            add(statements, "rank", "which member of a group of duplicates survives", sql.rankMembers());
        }
        for (int map = 1; map <= model.derived().size(); map++) {
            add(
                    statements,
                    "read-derived-" + map,
                    "children of " + model.tableOfMap(map) + " with what their new keys are computed from",
                    sql.readDerived(map, true));
        }
        add(statements, "rewrite", "keys and everything that hangs on them, in one statement", sql.rewrite());
        add(statements, "count", "what the rewrite would write; a plan runs this instead", sql.countRewrites());
        return new JsonObject().put("migration", definition.migration()).put("statements", statements);
    }

    private static void add(JsonArray statements, String name, String purpose, String sql) {
        statements.add(
                new JsonObject().put("name", name).put("purpose", purpose).put("sql", sql));
    }
}
