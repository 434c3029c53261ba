package dev.godwit.migration.run;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/** Whether a server could be brought back to where a run began: its WAL is archived. */
final class Archiving {

    /** A segment that could not be archived is tried again: the newest attempt counts. Without a command or a library none is attempted, and so none fails. */
    private static final String STATE = """
            SELECT current_setting('archive_mode') AS mode,
                   current_setting('archive_command') IN ('', '(disabled)') AND current_setting('archive_library') = '' AS unset,
                   a.last_failed_wal AS failing, a.last_failed_time > coalesce(a.last_archived_time, '-infinity') AS fails
              FROM pg_stat_archiver AS a
            """;

    private Archiving() {}

    /** Refuses a command that asks for archiving where there is none. */
    static Uni<Void> mustBeAtWork(SqlConnection connection, StartCommand command) {
        if (!command.requireArchiving()) {
            return Uni.createFrom().voidItem();
        }
        return connection
                .query(STATE)
                .execute()
                .map(rows -> rows.iterator().next())
                .invoke(row -> {
                    if (row.getString("mode").equals("off")) {
                        throw refusal("the server archives no WAL: archive_mode is off");
                    }
                    if (row.getBoolean("unset")) {
                        throw refusal(
                                "the server archives no WAL: archive_mode is on, but archive_command and archive_library are empty");
                    }
                    if (Boolean.TRUE.equals(row.getBoolean("fails"))) {
                        throw refusal(
                                "the server cannot archive its WAL: " + row.getString("failing") + " failed last");
                    }
                })
                .replaceWithVoid();
    }

    private static Refusal refusal(String what) {
        return new Refusal(
                Refusal.Kind.REFUSED,
                "not_archiving",
                what + "; mend it (archive_mode, archive_command or archive_library), or start without requiring it");
    }
}
