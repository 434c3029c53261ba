package dev.godwit.audit.report;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;

/**
 * An outcome with the event it came in.
 *
 * @param event number of that event
 * @param position within it
 */
public record StoredOutcome(
        @JsonIgnore long event,
        @JsonIgnore int position,
        Instant at,
        String lane,
        String stream,
        long sequence,
        String commandId,
        String table,
        String key,
        String newKey,
        String outcome,
        String reason,
        String detail) {

    static StoredOutcome fromRow(Row row) {
        return new StoredOutcome(
                row.getLong("event"),
                row.getInteger("position"),
                row.getOffsetDateTime("occurred_at").toInstant(),
                row.getString("lane"),
                row.getString("stream"),
                row.getLong("sequence"),
                row.getString("command_id"),
                row.getString("table_name"),
                row.getString("key"),
                row.getString("new_key"),
                row.getString("outcome"),
                row.getString("reason"),
                row.getString("detail"));
    }
}
