package dev.godwit.audit.trail;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;

/** A row of the trail as it is stored now. Its salt is null once it was redacted, and whether somebody asked for that is known. */
record StoredRow(long event, int position, OffsetDateTime at, String run, Outcome outcome, boolean redacted) {

    static StoredRow of(ResultSet row) throws SQLException {
        return new StoredRow(
                row.getLong("event"),
                row.getInt("position"),
                row.getObject("occurred_at", OffsetDateTime.class),
                row.getString("run"),
                new Outcome(
                        row.getString("table_name"),
                        row.getString("key"),
                        row.getString("new_key"),
                        row.getString("outcome"),
                        row.getString("reason"),
                        null,
                        row.getString("salt")),
                row.getBoolean("redacted"));
    }
}
