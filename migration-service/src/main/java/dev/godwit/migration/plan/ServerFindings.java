package dev.godwit.migration.plan;

import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the server itself says against a run. */
final class ServerFindings {

    static final String SERVER = """
            SELECT pg_catalog.current_setting('server_version_num')::int AS version,
                   pg_catalog.current_setting('server_version') AS version_text,
                   pg_catalog.current_setting('wal_level') AS wal_level,
                   pg_catalog.pg_is_in_recovery() AS in_recovery,
                   current_user::text AS role
            """;

    static final String WAL_LEVEL_REMEDY = "ALTER SYSTEM SET wal_level = 'logical', then restart PostgreSQL";

    private static final int OLDEST_MAJOR = 15;
    private static final int NEWEST_MAJOR = 18;

    /** First minor releases in which ALTER PUBLICATION ADD TABLE beside running writers loses no change. */
    private static final Map<Integer, Integer> SAFE_MINORS = Map.of(15, 13, 16, 9, 17, 5);

    private ServerFindings() {}

    record Server(int version, String versionText, String walLevel, boolean inRecovery, String role) {

        static Server fromRow(Row row) {
            return new Server(
                    row.getInteger("version"),
                    row.getString("version_text"),
                    row.getString("wal_level"),
                    row.getBoolean("in_recovery"),
                    row.getString("role"));
        }

        int major() {
            return version / 10_000;
        }

        boolean isTooOld() {
            return major() < OLDEST_MAJOR;
        }

        /** Nobody has seen this version of Godwit work there. */
        boolean isTooNew() {
            return major() > NEWEST_MAJOR;
        }

        boolean hasUnsafeMinor() {
            return version % 10_000 < SAFE_MINORS.getOrDefault(major(), 0);
        }

        String safeMinor() {
            return major() + "." + SAFE_MINORS.getOrDefault(major(), 0);
        }
    }

    static List<Finding> judge(Server server) {
        List<Finding> findings = new ArrayList<>();
        if (server.isTooOld()) {
            findings.add(Finding.refuse(
                    "server_version",
                    "the server is PostgreSQL " + server.versionText() + ", older than " + OLDEST_MAJOR,
                    "upgrade to PostgreSQL " + OLDEST_MAJOR + " or newer"));
        } else if (server.isTooNew()) {
            findings.add(Finding.refuse(
                    "server_version",
                    "the server is PostgreSQL " + server.versionText() + ", newer than " + NEWEST_MAJOR
                            + ", and nobody has seen this version of Godwit work there",
                    "take a version of Godwit that knows it"));
        } else if (server.hasUnsafeMinor()) {
            findings.add(Finding.warn(
                    "server_minor",
                    "PostgreSQL " + server.versionText()
                            + " may lose changes when a table is published beside running writers",
                    "install " + server.safeMinor() + " or newer of the same major version"));
        }
        if (!server.walLevel().equals("logical")) {
            findings.add(Finding.refuse(
                    "wal_level",
                    "wal_level is " + server.walLevel() + ", so changes cannot be captured",
                    WAL_LEVEL_REMEDY));
        }
        if (server.inRecovery()) {
            findings.add(Finding.refuse(
                    "standby", "this server is a standby and cannot be written to", "connect to the primary"));
        }
        return findings;
    }
}
