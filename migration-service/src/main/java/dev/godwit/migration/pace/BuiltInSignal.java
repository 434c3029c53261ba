package dev.godwit.migration.pace;

import java.util.Locale;

/** The signals that every instance reads, with the limits that hold unless the configuration says otherwise. */
public enum BuiltInSignal {
    /** A commit and a read of our own, from the instance and back. */
    PROBE_LATENCY("ms", 20, 250),
    /** Sessions of others that wait for a lock which one of ours holds. */
    WAITING_SESSIONS("sessions", 1, 10),
    /** Sessions of others that wait for WAL to be written or flushed. */
    WAL_WAITS("sessions", 5, 50),
    /** How far the slowest standby is behind in time. */
    REPLICATION_LAG("s", 1, 5),
    /** How much WAL the slowest standby has not replayed. */
    REPLICATION_BACKLOG("MiB", 64, 512),
    /** How much WAL the slowest reader of a slot in use, or of our own slot, has not confirmed. */
    SLOT_BACKLOG("MiB", 256, 1024),
    /** How much of {@code max_slot_wal_keep_size} the worst slot has used up. */
    SLOT_ROOM("ratio", 0.5, 0.8),
    /** Segments of WAL that are written and not archived. */
    ARCHIVE_BACKLOG("segments", 16, 64),
    /** How much of the disk, whose size the operator has told, databases and WAL of the server take. */
    DISK("ratio", 0.8, 0.9),
    /** A vacuum of one of the run's tables: 1, and 2 when it prevents wraparound. */
    VACUUM("level", 1, BuiltInSignal.WRAPAROUND);

    /** The level of a vacuum that prevents wraparound, which stops runs whatever is configured. */
    static final int WRAPAROUND = 2;

    private final String unit;
    private final double soft;
    private final double hard;

    BuiltInSignal(String unit, double soft, double hard) {
        this.unit = unit;
        this.soft = soft;
        this.hard = hard;
    }

    /** With the documented limits. */
    public Signal signal() {
        return new Signal(name().toLowerCase(Locale.ROOT), unit, soft, hard);
    }
}
