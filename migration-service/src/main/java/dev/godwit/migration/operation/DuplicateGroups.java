package dev.godwit.migration.operation;

/** Rows that want one place, over a whole table: how statements that look for them yield such groups. */
public final class DuplicateGroups {

    /** Members of a group are decided together, in one transaction that holds all of them in memory. */
    public static final int MEMBERS_MAX = 5000;

    private DuplicateGroups() {}

    /**
     * Columns of an aggregate over one group: {@code members}, its keys in order, or null where there are more than can be decided together; {@code size}; and {@code example}, one
     * of its keys.
     *
     * @param key expression of a row's key as text
     * @param order what the members are in the order of
     */
    public static String columns(String key, String order) {
        return "CASE WHEN count(*) <= %d THEN array_agg(%s ORDER BY %s) END AS members, count(*) AS size, min(%s) AS example"
                .formatted(MEMBERS_MAX, key, order, key);
    }
}
