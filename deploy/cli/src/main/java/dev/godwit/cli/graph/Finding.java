package dev.godwit.cli.graph;

import java.util.Comparator;

/**
 * Something about a graph that a person should know.
 *
 * @param isProblem false for what is worth a note but not wrong
 * @param code stable, for programs: snake_case
 * @param subject id of the migration, or name of the table, that it is about
 * @param remedy the way out
 */
public record Finding(boolean isProblem, String code, String subject, Place place, String message, String remedy) {
    /** Problems before notes, then by file and line. */
    public static final Comparator<Finding> BY_PLACE = Comparator.comparing(Finding::isProblem)
            .reversed()
            .thenComparing(finding -> finding.place().file())
            .thenComparing(finding -> finding.place().line())
            .thenComparing(Finding::code)
            .thenComparing(Finding::subject);

    public static Finding problem(String code, String subject, Place place, String message, String remedy) {
        return new Finding(true, code, subject, place, message, remedy);
    }

    public static Finding note(String code, String subject, Place place, String message, String remedy) {
        return new Finding(false, code, subject, place, message, remedy);
    }

    /** Two lines for people. */
    public String text() {
        return place + ": " + (isProblem ? "" : "note: ") + message + "\n    " + remedy;
    }
}
