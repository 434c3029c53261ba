package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Identifier;
import io.vertx.mutiny.sqlclient.Row;

/** What the doctor's answers mean. */
final class DoctorChecks {

    private static final long LAG_BYTES_WARN = 1L << 30;
    private static final int ORIGIN_OPTION_MAJOR = 16;

    private DoctorChecks() {}

    static Check schema(Row row) {
        String name = "schema godwit";
        String role = row.getString("role");
        if (!row.getBoolean("present")) {
            return row.getBoolean("may_create")
                    ? Check.warn(name, "it does not exist yet", "start migration-service, which creates it")
                    : Check.fail(
                            name,
                            "it does not exist, and role " + role + " may not create it",
                            "GRANT CREATE ON DATABASE … TO " + Identifier.quote(role));
        }
        return row.getBoolean("usable")
                ? Check.ok(name, "present and writable for role " + role)
                : Check.fail(
                        name,
                        "role " + role + " may not work in it",
                        "GRANT USAGE, CREATE ON SCHEMA godwit TO " + Identifier.quote(role));
    }

    static Check source(Row row) {
        String name = "publication";
        return row.getBoolean("present") || row.getBoolean("may_create")
                ? Check.ok(name, "role " + row.getString("role") + " may publish its tables")
                : Check.fail(
                        name,
                        "role " + row.getString("role") + " may make no publication and no schema godwit_source",
                        "GRANT CREATE ON DATABASE " + Identifier.quote(row.getString("database")) + " TO "
                                + Identifier.quote(row.getString("role")));
    }

    static Check publication(Row row) {
        String name = "publication";
        if (!row.getBoolean("present")) {
            return Check.warn(
                    name, "publication godwit does not exist yet", "start migration-service, which creates it");
        }
        if (row.getBoolean("all_tables")) {
            return Check.fail(
                    name,
                    "publication godwit is FOR ALL TABLES, so runs cannot switch tables on and off",
                    "drop it and start migration-service, which creates it anew");
        }
        if (!row.getBoolean("complete") || !row.getBoolean("via_root")) {
            return Check.fail(
                    name,
                    "publication godwit leaves out changes, or publishes partitions apart",
                    "ALTER PUBLICATION godwit SET (publish = 'insert, update, delete', publish_via_partition_root = true)");
        }
        return row.getBoolean("owned")
                ? Check.ok(name, "publication godwit is complete; tables published now: " + row.getLong("tables"))
                : Check.fail(
                        name,
                        "publication godwit belongs to " + row.getString("owner") + ", so runs cannot change it",
                        "GRANT " + Identifier.quote(row.getString("owner")) + " TO "
                                + Identifier.quote(row.getString("role")));
    }

    static Check slot(Row row, String slot) {
        String name = "replication slot";
        if (!row.getBoolean("present")) {
            return Check.fail(
                    name,
                    "there is no slot " + slot + ": nothing captures changes",
                    "start the Debezium connector, which creates it");
        }
        if (!Boolean.TRUE.equals(row.getBoolean("here")) || !"pgoutput".equals(row.getString("plugin"))) {
            return Check.fail(
                    name,
                    "slot " + slot + " is of database " + row.getString("database") + " with plugin "
                            + row.getString("plugin"),
                    "give the connector a slot name of its own");
        }
        if ("lost".equals(row.getString("wal_status")) || row.getString("invalidated") != null) {
            return Check.fail(
                    name,
                    "slot " + slot + " is lost: the WAL that it needs is gone",
                    "drop the slot, restart the connector; runs re-scan by themselves");
        }
        long lag = row.getLong("lag") == null ? 0 : row.getLong("lag");
        if (!row.getBoolean("active")) {
            return Check.fail(
                    name,
                    "slot " + slot + " is not in use, and holds back " + lag + " bytes of WAL",
                    "start the Debezium connector");
        }
        return lag > LAG_BYTES_WARN
                ? Check.warn(
                        name,
                        "slot " + slot + " lags by " + lag + " bytes",
                        "see what the connector and Kafka wait for")
                : Check.ok(name, "slot " + slot + " is in use and lags by " + lag + " bytes");
    }

    static Check slotsLeft(Row row) {
        int slots = row.getInteger("slots");
        int senders = row.getInteger("senders");
        String detail = "replication slots left: " + slots + ", WAL senders left: " + senders;
        return slots < 1 || senders < 1
                ? Check.warn(
                        "replication slots left",
                        detail,
                        "raise max_replication_slots and max_wal_senders and restart PostgreSQL, or drop slots that nobody uses")
                : Check.ok("replication slots left", detail);
    }

    /** Nothing breaks without it: own changes come back then, and change nothing. */
    static Check origin(Row row) {
        String name = "own writes hidden";
        String otherwise = "own writes come back through the tail and are passed over: ";
        String[] missing = row.getArrayOfStrings("missing");
        if (row.getInteger("major") < ORIGIN_OPTION_MAJOR) {
            return Check.warn(
                    name,
                    otherwise + "PostgreSQL " + row.getInteger("major") + " cannot hide them",
                    "upgrade to PostgreSQL " + ORIGIN_OPTION_MAJOR + " or newer");
        }
        if (row.getBoolean("subscriber")) {
            return Check.warn(
                    name,
                    otherwise + "the database is a logical subscriber, whose rows would be hidden too",
                    "nothing to do");
        }
        if (missing.length > 0) {
            return Check.warn(
                    name,
                    otherwise + "role " + row.getString("role") + " may not use replication origins",
                    "GRANT EXECUTE ON FUNCTION " + String.join(", ", missing) + " TO "
                            + Identifier.quote(row.getString("role")));
        }
        return row.getInteger("origins") == 0
                ? Check.warn(
                        name,
                        otherwise + "there are no replication origins",
                        "SELECT pg_replication_origin_create('godwit_' || n) FROM generate_series(1, 64) n, as superuser")
                : Check.ok(name, "hidden by replication origins: " + row.getInteger("origins"));
    }

    static Check messages(Row row) {
        String name = "logical messages";
        if (!row.getBoolean("mine")) {
            return Check.fail(
                    name, "the role may not write the heartbeat that proves being caught up", row.getString("grant"));
        }
        return row.getBoolean("public")
                ? Check.warn(
                        name,
                        "everybody may write logical messages, even in a read-only transaction",
                        row.getString("revoke"))
                : Check.ok(name, "only those who need them may write logical messages");
    }

    static Check ownership(Row row) {
        int tables = row.getInteger("foreign_tables");
        return tables == 0
                ? Check.ok("table ownership", "every table can be published")
                : Check.warn(
                        "table ownership",
                        "tables that role " + row.getString("role")
                                + " does not own, so that runs cannot publish them: " + tables,
                        "GRANT " + row.getString("owners") + " TO " + Identifier.quote(row.getString("role")));
    }

    static Check triggersOff(Row row) {
        return row.getBoolean("may")
                ? Check.ok("triggers off", "definitions may say triggers: off")
                : Check.warn(
                        "triggers off",
                        "definitions cannot say triggers: off",
                        "GRANT SET ON PARAMETER session_replication_role TO "
                                + Identifier.quote(row.getString("role")));
    }

    /** Nothing breaks without one: a run tells the LSN at which it began all the same. */
    static Check restorePoints(Row row) {
        String name = "restore points";
        if (!row.getBoolean("may")) {
            return Check.warn(
                    name,
                    "runs that commit leave no named restore point in the WAL when they begin, only its LSN",
                    "GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO "
                            + Identifier.quote(row.getString("role")));
        }
        return row.getString("archive_mode").equals("off")
                ? Check.ok(name, "runs may name one, but no WAL is archived to recover from (archive_mode = off)")
                : Check.ok(name, "a run that commits leaves one when it begins");
    }

    static Check oldTransactions(Row row) {
        String name = "old transactions";
        if (row.getInteger("prepared") > 0) {
            return Check.warn(
                    name,
                    "prepared transactions: " + row.getInteger("prepared") + "; a run waits for them before it starts",
                    "COMMIT PREPARED or ROLLBACK PREPARED; see pg_prepared_xacts");
        }
        if (row.getInteger("old") > 0) {
            return Check.warn(
                    name,
                    "transactions open for up to " + row.getLong("seconds") + " s (pid " + row.getString("pids")
                            + "); a run waits for them before it starts",
                    "let them end");
        }
        return row.getBoolean("sees_all")
                ? Check.ok(name, "none is older than a minute")
                : Check.unknown(name, "the role sees its own sessions only; GRANT pg_read_all_stats to it");
    }
}
