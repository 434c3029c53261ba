package dev.godwit.migration.batch;

import java.util.Locale;

/** Which way entities came to a batch. A lane chooses the selection; what happens to it is the same. */
public enum Lane {
    BACKFILL,
    TAIL,
    REQUEST,
    SWEEP,
    VERIFY,
    ROLLBACK;

    /** The name in events and SQL columns. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
