package dev.godwit.migration.definition;

/** What becomes of entities that share one new key. */
public enum OnDuplicate {
    /** One survives, the others' references move to it. */
    MERGE,
    /** None of them is touched, each is reported as skipped. */
    SKIP,
    /** None of them is touched, each is reported as a conflict. */
    FAIL
}
