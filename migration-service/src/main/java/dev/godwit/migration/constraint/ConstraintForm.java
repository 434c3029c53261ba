package dev.godwit.migration.constraint;

/** What a constraint of the catalog demands, compared with what a definition says of it. */
public enum ConstraintForm {
    /** The former condition: no run has touched it. */
    FORMER,
    /** The former condition or the new one: a run has begun, and has not brought it to an end. */
    WIDE,
    /** The new condition. */
    NEW,
    /** Something else. */
    OTHER,
    /** There is no check constraint of that name. */
    ABSENT
}
