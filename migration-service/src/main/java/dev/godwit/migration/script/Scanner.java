package dev.godwit.migration.script;

import java.util.ArrayList;
import java.util.List;

/**
 * The lexical rules of PostgreSQL (its {@code scan.l}, with {@code standard_conforming_strings} on): where quotes, dollar quotes and comments begin and end. What these
 * rules do not allow is refused, so that no later version of them can make a statement out of what was a text.
 */
final class Scanner {

    private static final String BLANKS = " \t\n\r\f\u000b";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Scanner(String text) {
        this.text = text;
    }

    /** @throws ScriptException at what is never closed, and at what is no SQL */
    static List<Token> scan(String text) {
        Scanner scanner = new Scanner(text);
        while (scanner.at < text.length()) {
            scanner.next();
        }
        return scanner.tokens;
    }

    private void next() {
        char c = text.charAt(at);
        if (BLANKS.indexOf(c) >= 0) {
            at++;
        } else if (text.startsWith("--", at)) {
            at = endOfLineComment(at);
        } else if (text.startsWith("/*", at)) {
            skipBlockComment();
        } else if (c == '\'') {
            add(Token.Kind.STRING, endOfString(at, false));
        } else if (c == '"') {
            add(Token.Kind.QUOTED_NAME, endOfQuoted(at, '"', false, "a name in double quotes"));
        } else if (isWordStart(c)) {
            word();
        } else if (isDigit(c) || (c == '.' && isDigit(peek(at + 1)))) {
            number();
        } else if (c == '$') {
            dollar();
        } else if (c == '\\') {
            throw fault("a backslash outside quotes: commands of psql are not SQL");
        } else {
            add(Token.Kind.SYMBOL, at + 1);
        }
    }

    private void add(Token.Kind kind, int end) {
        tokens.add(new Token(kind, at, text.substring(at, end)));
        at = end;
    }

    private ScriptException fault(String message) {
        return ScriptException.at(text, at, message);
    }

    private char peek(int index) {
        return index < text.length() ? text.charAt(index) : '\0';
    }

    /** An {@code E} directly before a quote makes backslashes escape; any other word before it does not. */
    private void word() {
        int end = at + 1;
        while (end < text.length() && isWordPart(text.charAt(end))) {
            end++;
        }
        boolean escapes = end == at + 1 && (text.charAt(at) == 'e' || text.charAt(at) == 'E') && peek(end) == '\'';
        add(escapes ? Token.Kind.STRING : Token.Kind.WORD, escapes ? endOfString(end, true) : end);
    }

    /** A string that is continued on a later line goes on by the rules by which it began. */
    private int endOfString(int quote, boolean backslashes) {
        int end = endOfQuoted(quote, '\'', backslashes, "a text in quotes");
        int continued = continuation(end);
        while (continued >= 0) {
            end = endOfQuoted(continued, '\'', backslashes, "a text in quotes");
            continued = continuation(end);
        }
        return end;
    }

    private int endOfQuoted(int start, char quote, boolean backslashes, String what) {
        int end = start + 1;
        while (end < text.length()) {
            char c = text.charAt(end);
            if (backslashes && c == '\\') {
                end += 2;
            } else if (c != quote) {
                end++;
            } else if (peek(end + 1) == quote) {
                end += 2;
            } else {
                return end + 1;
            }
        }
        throw fault(what + " is never closed");
    }

    /** Where the next quote opens if nothing but blanks, line comments and at least one line break stand before it; else -1. */
    private int continuation(int from) {
        int next = from;
        boolean newLine = false;
        while (next < text.length()) {
            char c = text.charAt(next);
            if (BLANKS.indexOf(c) >= 0) {
                newLine |= c == '\n' || c == '\r';
                next++;
            } else if (text.startsWith("--", next)) {
                next = endOfLineComment(next);
            } else {
                return newLine && c == '\'' ? next : -1;
            }
        }
        return -1;
    }

    private int endOfLineComment(int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    /** Comments nest. */
    private void skipBlockComment() {
        int depth = 0;
        int next = at;
        do {
            if (text.startsWith("/*", next)) {
                depth++;
                next += 2;
            } else if (text.startsWith("*/", next)) {
                depth--;
                next += 2;
            } else if (++next >= text.length()) {
                throw fault("a comment /* is never closed");
            }
        } while (depth > 0);
        at = next;
    }

    private void number() {
        int end = isRadix(at) ? digits(at + 2, 16) : decimal();
        if (isWordStart(peek(end))) {
            throw fault("letters directly after a number");
        }
        add(Token.Kind.NUMBER, end);
    }

    private boolean isRadix(int start) {
        return text.charAt(start) == '0' && "xXoObB".indexOf(peek(start + 1)) >= 0 && peek(start + 1) != '\0';
    }

    private int decimal() {
        int end = digits(at, 10);
        if (peek(end) == '.' && peek(end + 1) != '.') {
            end = digits(end + 1, 10);
        }
        char exponent = peek(end);
        if (exponent == 'e' || exponent == 'E') {
            int sign = peek(end + 1) == '+' || peek(end + 1) == '-' ? 1 : 0;
            if (isDigit(peek(end + 1 + sign))) {
                end = digits(end + 1 + sign, 10);
            }
        }
        return end;
    }

    private int digits(int start, int radix) {
        int end = start;
        while (end < text.length() && (isDigitOf(text.charAt(end), radix) || isSeparator(end, radix))) {
            end++;
        }
        return end;
    }

    private boolean isSeparator(int index, int radix) {
        return text.charAt(index) == '_' && isDigitOf(peek(index + 1), radix);
    }

    private static boolean isDigitOf(char c, int radix) {
        return c < 0x80 && Character.digit(c, radix) >= 0;
    }

    private void dollar() {
        int end = at + 1;
        if (isDigit(peek(end))) {
            end = digits(end, 10);
            if (isWordStart(peek(end))) {
                throw fault("letters directly after a parameter");
            }
            add(Token.Kind.PARAMETER, end);
            return;
        }
        while (end < text.length() && text.charAt(end) != '$' && isWordPart(text.charAt(end))) {
            end++;
        }
        if (peek(end) != '$') {
            throw fault("a dollar sign that opens no dollar quote");
        }
        String delimiter = text.substring(at, end + 1);
        int close = text.indexOf(delimiter, end + 1);
        if (close < 0) {
            throw fault("a dollar quote " + delimiter + " is never closed");
        }
        add(Token.Kind.STRING, close + delimiter.length());
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** PostgreSQL takes every character beyond ASCII for a letter, blanks of other scripts included. */
    private static boolean isWordStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || isDigit(c) || c == '$';
    }
}
