package dev.godwit.migration.run;

import java.util.Locale;

/** What can be asked of a run that exists. */
public enum RunCommand {
    PAUSE,
    RESUME,
    CANCEL,
    COMPLETE,
    VERIFY,
    ROLLBACK,
    RETRY,
    FORGET;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
