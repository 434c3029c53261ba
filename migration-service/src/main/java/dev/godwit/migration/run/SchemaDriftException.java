package dev.godwit.migration.run;

import java.util.List;

/** The tables of a run are not what they were when it began; the message says how they differ, and the way out. */
final class SchemaDriftException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int TOLD_MAX = 8;

    SchemaDriftException(String run, List<String> differences) {
        super("schema_drift: " + told(differences) + "; look whether the definition still fits, then: godwit resume "
                + run);
    }

    private static String told(List<String> differences) {
        String first = String.join("; ", differences.subList(0, Math.min(TOLD_MAX, differences.size())));
        return differences.size() > TOLD_MAX ? first + "; and " + (differences.size() - TOLD_MAX) + " more" : first;
    }
}
