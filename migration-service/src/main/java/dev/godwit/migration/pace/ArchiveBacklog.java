package dev.godwit.migration.pace;

import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.OptionalLong;

/**
 * How many segments of WAL are written and not archived. Statistics of the archiver say so once it has archived anything; a server that was told to archive, but not whereto,
 * archives nothing, fails nothing, and keeps all its WAL: then the segments that wait are counted, by a role that may see them.
 */
final class ArchiveBacklog {

    /** Columns of {@code pg_stat_archiver AS w} and of the server's settings. Settings that nothing was said of are empty. */
    static final String COLUMNS = """
            current_setting('archive_mode') AS archive_mode, w.last_archived_wal, w.failed_count,
            current_setting('archive_command') IN ('', '(disabled)') AND current_setting('archive_library') = '' AS archive_unset,
            has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS sees_waiting,
            pg_walfile_name(pg_current_wal_lsn()) AS current_wal, pg_size_bytes(current_setting('wal_segment_size')) AS segment_bytes
            """;

    private static final String WAITING = """
            SELECT count(*) AS waiting
              FROM pg_ls_archive_statusdir()
             WHERE name ~ '^[0-9A-F]{24}[.]ready$'
            """;

    private static final String UNSET =
            "archive_mode is on, but archive_command and archive_library are empty; GRANT pg_monitor to the role, so that it may count what waits";

    private ArchiveBacklog() {}

    /** Does not fail. */
    static Uni<Reading> read(SqlConnection connection, Row row, Signal signal) {
        if (row.getString("archive_mode").equals("off")) {
            return Uni.createFrom().item(Reading.absent(signal));
        }
        if (row.getString("last_archived_wal") != null) {
            return Uni.createFrom().item(sinceLast(row, signal));
        }
        return row.getBoolean("sees_waiting")
                ? waiting(connection, signal)
                : Uni.createFrom().item(unseen(row, signal));
    }

    private static Reading sinceLast(Row row, Signal signal) {
        long bytes = row.getLong("segment_bytes");
        OptionalLong last = WalSegment.number(row.getString("last_archived_wal"), bytes);
        OptionalLong current = WalSegment.number(row.getString("current_wal"), bytes);
        return last.isEmpty() || current.isEmpty()
                ? Reading.unknown(signal, "no segment of WAL has been archived yet")
                : Reading.of(signal, (double) Math.max(0, current.getAsLong() - last.getAsLong() - 1));
    }

    /** Many segments make a long list: it is read only while statistics say nothing. */
    private static Uni<Reading> waiting(SqlConnection connection, Signal signal) {
        return connection
                .query(WAITING)
                .execute()
                .map(rows -> Reading.of(signal, rows.iterator().next().getLong("waiting")))
                .onFailure()
                .recoverWithItem(failure -> Reading.unknown(signal, PgErrors.describe(failure)));
    }

    /** Nothing archived and nothing failed, where it is said whereto: no segment has been finished yet. */
    private static Reading unseen(Row row, Signal signal) {
        if (row.getBoolean("archive_unset")) {
            return Reading.unknown(signal, UNSET);
        }
        return row.getLong("failed_count") == 0
                ? Reading.of(signal, 0)
                : Reading.unknown(signal, "no segment of WAL has been archived yet");
    }
}
