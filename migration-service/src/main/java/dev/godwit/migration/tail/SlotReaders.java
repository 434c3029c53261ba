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

/** Whether anybody reads the slots through which changes come: what nobody reads arrives never, however long one waits. */
@ApplicationScoped
public class SlotReaders {

    /** A connector that is restarted is away for a moment. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final String STANDING = """
            SELECT active OR confirmed_flush_lsn >= pg_current_wal_flush_lsn() AS read, confirmed_flush_lsn::text AS confirmed
              FROM pg_replication_slots
             WHERE slot_name = $1
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

    /** Fails when nobody has read the slot of a database for a while, although there is something to read. */
    public Uni<Void> mustRead(Heard database) {
        return database.query(STANDING, database.slot())
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
        String slot = "replication slot '" + database.slot() + "' of "
                + database.source()
                        .map(name -> "the source database '" + name + "'")
                        .orElse("the application's database");
        return "changes are not heard: "
                + (there
                        ? "nobody reads " + slot + "; start its connector"
                        : slot + " is not there; its connector makes it when it starts");
    }
}
