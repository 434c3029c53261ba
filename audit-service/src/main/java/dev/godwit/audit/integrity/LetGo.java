package dev.godwit.audit.integrity;

import dev.godwit.audit.trail.HashChain;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * Outcomes that were let go because they were old enough. What is signed is {@code SHA-256(net("godwit-let-go-1") net(since) net(until) net(at) net(events)
 * net(outcomes) net(publicKey))}, times as ISO 8601 in UTC to the microsecond, the key as lower-case hex.
 *
 * @param since the first moment whose outcomes went
 * @param until the first moment after it whose outcomes stayed
 * @param at when they went; what came in later is not meant
 * @param events how many they belonged to, which are still there
 */
public record LetGo(Instant since, Instant until, Instant at, long events, long outcomes) {

    private static final String FORM = "godwit-let-go-1";

    static LetGo fromRow(ResultSet row) throws SQLException {
        return new LetGo(
                instant(row, "since"),
                instant(row, "until"),
                instant(row, "let_go_at"),
                row.getLong("events"),
                row.getLong("outcomes"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    byte[] hash(byte[] publicKey) {
        return HashChain.ofTexts(List.of(
                FORM,
                since.toString(),
                until.toString(),
                at.toString(),
                Long.toString(events),
                Long.toString(outcomes),
                Checkpoint.hex(publicKey)));
    }
}
