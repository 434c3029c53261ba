package dev.godwit.migration.run;

import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.RunOnce;
import dev.godwit.migration.operation.RunOnce.Direction;
import dev.godwit.migration.outbox.OutcomeEvents;
import dev.godwit.migration.script.ScriptStatement;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What a plan shows of a script: its statements, in the groups in which they would be executed. */
final class ScriptReport {

    private ScriptReport() {}

    static JsonObject add(JsonObject report, RunOnce once) {
        JsonArray statements = new JsonArray();
        for (Direction direction : Direction.values()) {
            add(statements, direction, once.script(direction));
        }
        JsonArray provides = new JsonArray();
        once.provides().objects().forEach(object -> provides.add(object.toString()));
        once.owner().ifPresent(owner -> report.put("owner", owner));
        return report.put("statements", statements)
                .put("provides", provides)
                .put(
                        "counts",
                        OutcomeEvents.counts(
                                Counts.of(OutcomeKind.MIGRATED, once.up().size())))
                .put(
                        "estimates",
                        new JsonObject()
                                .put("entities", once.up().size())
                                .put("rows", 0)
                                .put("walBytes", 0)
                                .put("seconds", 0));
    }

    private static void add(JsonArray statements, Direction direction, List<ScriptStatement> script) {
        int group = 0;
        for (int from = 1; from <= script.size(); group++) {
            List<ScriptStatement> together = ScriptStatement.together(script, from);
            for (ScriptStatement statement : together) {
                statements.add(new JsonObject()
                        .put("direction", direction.wireName())
                        .put("number", statement.number())
                        .put("line", statement.sql().line())
                        .put("transaction", statement.concurrent().isPresent() ? null : group + 1)
                        .put("sql", statement.sql().text()));
            }
            from += together.size();
        }
    }
}
