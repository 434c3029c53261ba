package dev.godwit.migration.definition;

/** Text around a key: <code>{key}</code> exactly once, {@code *} for any run of characters other than a slash, everything else literal. */
public record ReferencePattern(String text) {

    /** Stands for the key. */
    public static final String KEY = "{key}";

    /**
     * Checks the pattern.
     *
     * @throws IllegalArgumentException with a message for people
     */
    public static ReferencePattern parse(String text) {
        int first = text.indexOf(KEY);
        if (first < 0) {
            throw new IllegalArgumentException("the pattern does not say where the key stands");
        }
        if (text.indexOf(KEY, first + 1) >= 0) {
            throw new IllegalArgumentException("the pattern holds " + KEY + " more than once");
        }
        return new ReferencePattern(text);
    }

    /** What stands before the key, stars included. */
    public String before() {
        return text.substring(0, text.indexOf(KEY));
    }

    /** What stands behind the key, stars included. */
    public String behind() {
        return text.substring(text.indexOf(KEY) + KEY.length());
    }
}
