package dev.godwit.cli.graph;

/**
 * Where something is written.
 *
 * @param file as the user would type it; empty when it came from a service
 * @param line counted from 1; 0 when the file as a whole is meant
 */
public record Place(String file, int line) {
    /** Of what no file at hand says. */
    public static final Place NOWHERE = new Place("", 0);

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
