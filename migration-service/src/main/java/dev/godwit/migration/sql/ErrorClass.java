package dev.godwit.migration.sql;

/** What to do about an error of PostgreSQL. */
public enum ErrorClass {
    /** Somebody was in the way, or the batch took too long: roll back, wait a little, try the whole batch again, smaller if it timed out. */
    CONTENTION,
    /** The server, what it needs, or the way to it is not there: try again later. */
    UNAVAILABLE,
    /** The data is wrong: trying again will not help. */
    DATA,
    /** The statement cannot be understood, or the role may not do it: no row is to blame, and none will do better. */
    STATEMENT,
    /** Not an error of PostgreSQL. */
    OTHER
}
