package dev.godwit.audit.inbox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Reads values of the contract from a parser that stands on them, as strictly as {@link Fields} does from a tree: what is of another type is poison, and the
 * reason says where. Null and absent are the same.
 */
final class StreamedFields {

    private final JsonParser parser;

    StreamedFields(JsonParser parser) {
        this.parser = parser;
    }

    /** Null where there is none. */
    String text(String path) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        requireText(path);
        return parser.getText();
    }

    /** A text without NUL characters; it can then be had from the parser. */
    void requireText(String path) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            throw PoisonException.mismatch(path, "is missing");
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw PoisonException.mismatch(path, "is not a string");
        }
        char[] characters = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int to = from + parser.getTextLength();
        for (int i = from; i < to; i++) {
            if (characters[i] == 0) {
                throw PoisonException.mismatch(path, "holds a NUL character, which PostgreSQL cannot store");
            }
        }
    }

    /** As {@link #requireText}, and not only of blanks. */
    void requireName(String path) throws IOException {
        requireText(path);
        char[] characters = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int to = from + parser.getTextLength();
        for (int i = from; i < to; i++) {
            if (!Character.isWhitespace(characters[i])) {
                return;
            }
        }
        throw PoisonException.mismatch(path, "is blank");
    }

    /** As {@link #requireText}, and one of these. */
    void requireOneOf(String path, List<String> allowed) throws IOException {
        requireText(path);
        char[] characters = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int length = parser.getTextLength();
        for (String each : allowed) {
            if (each.length() == length && isAt(characters, from, each)) {
                return;
            }
        }
        throw PoisonException.mismatch(path, "is none of " + String.join(", ", allowed));
    }

    private static boolean isAt(char[] characters, int from, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (characters[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Null where there is none. */
    Long number(String path, long least) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        boolean fits = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!fits || parser.getLongValue() < least) {
            throw PoisonException.mismatch(path, "is not an integer of at least " + least);
        }
        return parser.getLongValue();
    }

    /** An object that has a count for each of these names. */
    void requireCounts(String path, Collection<String> names) throws IOException {
        requireObject(path);
        int found = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (!names.contains(name)) {
                parser.skipChildren();
                continue;
            }
            Long count = number(path + "." + name, 0);
            if (count == null || count > Integer.MAX_VALUE * 1_000L) {
                throw PoisonException.mismatch(path + "." + name, "is out of range");
            }
            found++;
        }
        if (found < names.size()) {
            throw PoisonException.mismatch(path, "has not all of " + String.join(", ", names));
        }
    }

    void requireObject(String path) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw PoisonException.mismatch(path, "is not an object");
        }
    }

    void requireArray(String path) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw PoisonException.mismatch(path, "is not an array");
        }
    }
}
