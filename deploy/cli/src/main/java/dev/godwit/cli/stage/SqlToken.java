package dev.godwit.cli.stage;

import java.util.Locale;
import java.util.Optional;

/**
 * A word, name, text or symbol of a statement.
 *
 * @param text as it is written, quotes included
 * @param end position behind it
 */
record SqlToken(Kind kind, String text, int end) {

    /** What it is, by how it is written. */
    enum Kind {
        /** A keyword, an unquoted name or a number. */
        WORD,
        /** A name in double quotes. */
        QUOTED_NAME,
        /** A text in single quotes, without the letter that may stand before it. */
        TEXT,
        /** A text in dollar quotes. */
        DOLLAR_TEXT,
        /** Any other single character that is no blank. */
        SYMBOL,
        /** Behind the last one. */
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String lowerCase) {
        return kind == Kind.WORD && text.equalsIgnoreCase(lowerCase);
    }

    /** As PostgreSQL understands it, if it can be a name: unquoted names in small letters. */
    Optional<String> name() {
        return switch (kind) {
            case WORD -> Optional.of(text.toLowerCase(Locale.ROOT));
            case QUOTED_NAME -> Optional.of(text.substring(1, text.length() - 1).replace("\"\"", "\""));
            default -> Optional.empty();
        };
    }

    /** The content of a text in single quotes. */
    String content() {
        return text.substring(1, text.length() - 1).replace("''", "'");
    }
}
