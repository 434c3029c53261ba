package dev.godwit.migration.run;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * A command that was not done, told to whoever sent it.
 *
 * @param migration the migration that the command named, if any
 * @param run the run that the command named, if any
 * @param code stable snake_case code
 * @param message a sentence for people, with the way out
 */
public record Rejection(
        String commandId,
        String type,
        Optional<String> migration,
        Optional<String> run,
        String code,
        String message,
        Optional<String> requestedBy) {

    /** Type of the event. */
    public static final String EVENT = "dev.godwit.command.rejected";

    /** Key of the event, so that whoever follows a migration or a run sees its rejections in order. */
    public String key() {
        return migration.or(() -> run).orElse("");
    }

    /** The event's data. */
    public JsonObject toJson(Instant at) {
        return new JsonObject()
                .put("commandId", commandId)
                .put("type", type)
                .put("migration", migration.orElse(null))
                .put("run", run.orElse(null))
                .put("code", code)
                .put("message", message)
                .put("requestedBy", requestedBy.orElse(null))
                .put("at", at.toString());
    }
}
