package dev.godwit.migration.operation;

/** What statements that look at ranges of blocks leave out: entities that failed before in the same run. They are tried again only when somebody names them. */
public final class Quarantine {

    private Quarantine() {}

    /**
     * The condition that an entity did not fail before.
     *
     * @param run number of the parameter that names the run
     * @param key SQL that yields the entity's key as text
     */
    public static String neverFailed(int run, String key) {
        return """
                NOT EXISTS (SELECT FROM godwit.quarantine AS godwit_q
                                    WHERE godwit_q.run_id = $%d AND godwit_q.key = %s AND godwit_q.outcome = 'failed')""".formatted(run, key);
    }
}
