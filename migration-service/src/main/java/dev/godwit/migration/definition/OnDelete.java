package dev.godwit.migration.definition;

/** What becomes of an imported row when its source row goes. */
public enum OnDelete {
    /** It stays. */
    KEEP,
    /** It goes too. */
    DELETE
}
