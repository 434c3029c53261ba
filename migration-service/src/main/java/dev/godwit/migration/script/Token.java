package dev.godwit.migration.script;

import java.util.Locale;

/**
 * A piece of SQL between blanks and comments.
 *
 * @param start offset of its first character in the script
 * @param text as written
 */
record Token(Kind kind, int start, String text) {

    /** What a token is. SYMBOL: one character of an operator or of punctuation. */
    enum Kind {
        WORD,
        QUOTED_NAME,
        STRING,
        NUMBER,
        PARAMETER,
        SYMBOL
    }

    int end() {
        return start + text.length();
    }

    /** The word in upper case; empty for what is no bare word, so that a quoted name is never taken for a keyword. */
    String keyword() {
        return kind == Kind.WORD ? text.toUpperCase(Locale.ROOT) : "";
    }

    boolean is(String keyword) {
        return keyword().equals(keyword);
    }

    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    /** The name that the catalog knows: bare words are folded to lower case, quotes taken off. */
    String name() {
        return kind == Kind.QUOTED_NAME ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : foldAscii(text);
    }

    /** Only ASCII letters: how others fold depends on the server's locale, and PostgreSQL leaves them alone in multi-byte encodings. */
    private static String foldAscii(String text) {
        StringBuilder folded = new StringBuilder(text.length());
        text.chars().forEach(c -> folded.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
        return folded.toString();
    }
}
