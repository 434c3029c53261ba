package dev.godwit.migration.tail;

import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.tail.HeardDatabases.Heard;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Whether anybody reads the slots through which changes come: what nobody reads, or nobody can read any more, arrives never, however long one waits. */
@ApplicationScoped
public class SlotReaders {

    /** A connector that is restarted is away for a moment. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** Columns that only newer servers have are read through jsonb. */
    private static final String STANDING = """
            SELECT s.active OR s.confirmed_flush_lsn >= pg_current_wal_flush_lsn() AS read, s.confirmed_flush_lsn::text AS confirmed,
                   CASE WHEN s.wal_status = 'lost' OR to_jsonb(s) ->> 'invalidation_reason' IS NOT NULL
                        THEN coalesce(to_jsonb(s) ->> 'invalidation_reason', 'wal_removed') END AS lost
              FROM pg_replication_slots AS s
             WHERE s.slot_name = $1
            """;

    private final Map<String, Standstill> standstills = new ConcurrentHashMap<>();

    /** Where a slot stands that nobody reads, and since when. */
    private record Standstill(String confirmed, Instant since) {}

    /** Nobody has read a slot for a while; the message says which, and what to do. */
    static final class SlotUnreadException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SlotUnreadException(String message) {
            super(message);
        }
    }

    /** Nobody will ever read a slot again; the message says which, why, and what to do. */
    static final class SlotLostException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SlotLostException(String message) {
            super(message);
        }
    }

    /** Fails when nobody has read the slot of a database for a while, although there is something to read, and at once when nobody can. */
    public Uni<Void> mustRead(Heard database) {
        return database.query(STANDING, database.slot())
                .invoke(slot -> mustNotBeLost(database, slot))
                .invoke(slot -> {
                    if (slot.size() > 0
                            && Boolean.TRUE.equals(slot.iterator().next().getBoolean("read"))) {
                        standstills.remove(database.name());
                    } else {
                        doubt(database, slot);
                    }
                })
                .replaceWithVoid();
    }

    /** What PostgreSQL has given up stays so, and a connector that is started with it only fails. */
    private static void mustNotBeLost(Heard database, RowSet<Row> slot) {
        String why = slot.size() == 0 ? null : slot.iterator().next().getString("lost");
        if (why != null) {
            throw new SlotLostException(
                    "changes are not heard: " + called(database) + " is lost (" + why
                            + "), and no connector can use it; drop the slot, restart the connector: the tables are scanned once more by themselves");
        }
    }

    private void doubt(Heard database, RowSet<Row> slot) {
        String confirmed =
                slot.size() == 0 ? "" : String.valueOf(slot.iterator().next().getString("confirmed"));
        Instant now = Steady.now();
        Standstill seen = standstills.compute(
                database.name(),
                (name, before) -> before != null && before.confirmed().equals(confirmed)
                        ? before
                        : new Standstill(confirmed, now));
        if (seen.since().plus(GRACE).isBefore(now)) {
            throw new SlotUnreadException(objection(database, slot.size() > 0));
        }
    }

    private static String objection(Heard database, boolean there) {
        String slot = called(database);
        return "changes are not heard: "
                + (there
                        ? "nobody reads " + slot + "; start its connector"
                        : slot + " is not there; its connector makes it when it starts");
    }

    private static String called(Heard database) {
        return "replication slot '" + database.slot() + "' of "
                + database.source()
                        .map(name -> "the source database '" + name + "'")
                        .orElse("the application's database");
    }
}
