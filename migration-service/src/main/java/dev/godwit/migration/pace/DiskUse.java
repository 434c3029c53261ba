package dev.godwit.migration.pace;

import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How much of its disk a server takes with all its databases and its WAL. PostgreSQL tells nobody how large the disk is: the operator does.
 *
 * <p>To add up the sizes of all files takes a while where there are many, and they do not change much within half a minute; what took too long is not tried again
 * sooner either.
 */
final class DiskUse {

    private static final String TAKEN = """
            SELECT (((SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir())) / 1073741824.0)
                       ::double precision AS gib
            """;

    private static final Duration EVERY = Duration.ofSeconds(30);

    private final Optional<Double> diskGib;
    private Optional<Reading> last = Optional.empty();
    private Instant due = Instant.MIN;

    /** @param diskGib size of the disk; empty: nobody has said */
    DiskUse(Optional<Double> diskGib) {
        this.diskGib = diskGib;
    }

    /** Does not fail. One at a time. */
    Uni<Reading> read(SqlConnection connection, Signal signal) {
        if (diskGib.isEmpty()) {
            return Uni.createFrom().item(Reading.absent(signal));
        }
        return last.filter(known -> Steady.now().isBefore(due))
                .map(known -> Uni.createFrom().item(known))
                .orElseGet(() -> readNow(connection, signal, diskGib.get()));
    }

    private Uni<Reading> readNow(SqlConnection connection, Signal signal, double disk) {
        return connection
                .query(TAKEN)
                .execute()
                .map(rows -> Reading.of(signal, rows.iterator().next().getDouble("gib") / disk))
                .onFailure()
                .recoverWithItem(failure -> Reading.unknown(signal, PgErrors.describe(failure)))
                .invoke(this::keep);
    }

    private void keep(Reading reading) {
        last = Optional.of(reading);
        due = Steady.now().plus(EVERY);
    }
}
