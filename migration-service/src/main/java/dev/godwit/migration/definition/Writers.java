package dev.godwit.migration.definition;

/** The form in which the application writes rows from the beginning of a run on. */
public enum Writers {
    /** As before: what it writes is transformed too. */
    OLD,
    /** As the transform makes them: what it writes is left alone, and told when it looks pending all the same. */
    NEW
}
