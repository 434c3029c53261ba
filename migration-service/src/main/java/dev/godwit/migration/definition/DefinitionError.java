package dev.godwit.migration.definition;

/**
 * A mistake in a file, told to whoever wrote it.
 *
 * @param file name of the file within its directory
 * @param line first line is 1; 0 when the mistake concerns the file as a whole
 * @param column first column is 1; 0 as above
 * @param key dotted path of the key concerned, such as {@code rekey.references[2].table}; may be empty
 * @param remedy the way out
 */
public record DefinitionError(String file, int line, int column, String key, String message, String remedy) {

    /** One line for logs and terminals. */
    @Override
    public String toString() {
        String place = line == 0 ? file : file + ":" + line + ":" + column;
        return place + (key.isEmpty() ? " " : " " + key + ": ") + message + " (" + remedy + ")";
    }
}
