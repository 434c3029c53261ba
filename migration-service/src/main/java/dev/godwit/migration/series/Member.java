package dev.godwit.migration.series;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One migration of a series, as its row and its run tell.
 *
 * @param needs other members that come before it
 * @param runState state of its run; empty while there is none
 * @param code why its run was refused; empty when it was not
 * @param message what it waits for, why it was refused, or what its run says
 * @param due whether it may be tried now
 */
record Member(
        String migration,
        List<String> needs,
        Optional<String> run,
        Optional<String> runState,
        Optional<String> code,
        Optional<String> message,
        boolean due,
        JsonObject counts) {

    /** How a member stands. */
    enum State {
        /** Its turn has not come. */
        WAITING,
        RUNNING,
        /** Applied or, in a plan, planned. */
        DONE,
        /** In a plan: what it would do cannot be said before the members that it needs are applied. */
        UNFORESEEN,
        /** Its run was refused; nothing was written. */
        REFUSED,
        FAILED,
        /** Its run was cancelled or rolled back, or the series was cancelled before its turn came. */
        CANCELLED,
        /** It needs a member that did not get done. */
        BLOCKED;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean isOver() {
            return this != WAITING && this != RUNNING;
        }

        /** Whether nothing has to be done any more by anybody. */
        boolean isWell() {
            return this == DONE || this == UNFORESEEN;
        }
    }

    Member {
        needs = List.copyOf(needs);
    }

    static Member fromRow(Row row) {
        return new Member(
                row.getString("migration"),
                List.of(row.getArrayOfStrings("needs")),
                Optional.ofNullable(row.getString("run_id")),
                Optional.ofNullable(row.getString("run_state")),
                Optional.ofNullable(row.getString("code")),
                Optional.ofNullable(row.getString("message")),
                row.getBoolean("due"),
                counts(row));
    }

    private static JsonObject counts(Row row) {
        JsonObject counts = new JsonObject();
        Series.OUTCOMES.forEach(outcome -> counts.put(outcome, row.getLong(outcome)));
        return counts;
    }

    JsonObject toJson(State state) {
        return new JsonObject()
                .put("migration", migration)
                .put("needs", new JsonArray(needs))
                .put("state", state.wireName())
                .put("run", run.orElse(null))
                .put("runState", runState.orElse(null))
                .put("code", code.orElse(null))
                .put("message", message.orElse(null))
                .put("counts", counts);
    }
}
