package dev.godwit.cli.alembic;

import java.util.Locale;
import java.util.Optional;

/** String literals of Python: every prefix, every kind of quote, and what the escapes in them mean. */
final class PythonStrings {
    /** How many characters of an f-string are looked at before its braces are given up as text; it bounds what one broken string can cost. */
    private static final int FORMATTED_MAX = 500;

    private static final String PREFIXES = "rbuft";

    /** The text cannot be read as Python. */
    static final class NotPython extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int line;

        NotPython(int line, String message) {
            super(message, null, false, false);
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    /**
     * @param end position after the closing quote
     * @param value empty when it is not a constant text: bytes, an f-string that computes something, a character given by its name
     */
    record Literal(int end, int endLine, Optional<String> value) {}

    private final String source;
    private final int begun;
    private int limit;
    private int at;
    private int line;

    private PythonStrings(String source, int at, int line, int limit) {
        this.source = source;
        this.at = at;
        this.line = line;
        this.begun = line;
        this.limit = limit;
    }

    /** True when a string, with its prefix, begins here. */
    static boolean startsAt(String source, int at) {
        int quote = at + prefixLength(source, at);
        return quote < source.length() && isQuote(source.charAt(quote));
    }

    /** @throws NotPython when it never ends */
    static Literal read(String source, int at, int line) {
        return new PythonStrings(source, at, line, source.length()).read(true);
    }

    private static int prefixLength(String source, int at) {
        int length = 0;
        while (length < 2
                && at + length < source.length()
                && PREFIXES.indexOf(Character.toLowerCase(source.charAt(at + length))) >= 0) {
            length++;
        }
        return length;
    }

    private static boolean isQuote(char c) {
        return c == '\'' || c == '"';
    }

    private Literal read(boolean isOutermost) {
        int length = prefixLength(source, at);
        String prefix = source.substring(at, at + length).toLowerCase(Locale.ROOT);
        at += length;
        char quote = source.charAt(at);
        String triple = String.valueOf(quote).repeat(3);
        boolean isLong = source.startsWith(triple, at);
        String end = isLong ? triple : String.valueOf(quote);
        at += end.length();
        boolean computes = prefix.contains("f") || prefix.contains("t");
        if (computes && isOutermost) {
            Optional<Literal> whole = tryFormatted(end, prefix.contains("r"));
            if (whole.isPresent()) {
                return whole.get();
            }
        }
        StringBuilder value = new StringBuilder();
        boolean isKnown = scan(end, prefix.contains("r"), value);
        boolean isText = isKnown && !computes && !prefix.contains("b");
        return new Literal(at, line, isText ? Optional.of(value.toString()) : Optional.empty());
    }

    /** Reads up to the closing quotes; false when an escape's meaning is not known. */
    private boolean scan(String end, boolean isRaw, StringBuilder value) {
        boolean isKnown = true;
        while (!source.startsWith(end, at)) {
            checkInside(end);
            char c = source.charAt(at);
            if (c != '\\') {
                take(value);
            } else if (isRaw) {
                // A backslash keeps a quote from ending even a raw string, and stays.
                take(value);
                checkInside("\"\"\"");
                take(value);
            } else {
                at++;
                checkInside("\"\"\"");
                isKnown &= escape(value);
            }
        }
        at += end.length();
        return isKnown;
    }

    private void take(StringBuilder value) {
        char c = source.charAt(at++);
        if (c == '\n') {
            line++;
        }
        value.append(c);
    }

    private void checkInside(String end) {
        if (at >= limit) {
            throw new NotPython(begun, "a string is never closed");
        }
        if (end.length() == 1 && source.charAt(at) == '\n') {
            throw new NotPython(line, "a string is not closed on its line");
        }
    }

    /** Reads one escape, its backslash already behind. */
    private boolean escape(StringBuilder value) {
        char c = source.charAt(at++);
        switch (c) {
            case '\n' -> line++;
            case '\\', '\'', '"' -> value.append(c);
            case 'a' -> value.append('\u0007');
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000b');
            case 'x' -> {
                return codePoint(value, 2);
            }
            case 'u' -> {
                return codePoint(value, 4);
            }
            case 'U' -> {
                return codePoint(value, 8);
            }
            case 'N' -> {
                return false;
            }
            default -> {
                if (c >= '0' && c <= '7') {
                    octal(value, c);
                } else {
                    value.append('\\').append(c);
                }
            }
        }
        return true;
    }

    private boolean codePoint(StringBuilder value, int digits) {
        int end = Math.min(source.length(), at + digits);
        try {
            int c = Integer.parseUnsignedInt(source, at, end, 16);
            if (end - at == digits && Character.isValidCodePoint(c)) {
                value.appendCodePoint(c);
                at = end;
                return true;
            }
        } catch (NumberFormatException notHex) {
            // Python refuses it; the string's value stays unknown.
        }
        return false;
    }

    private void octal(StringBuilder value, char first) {
        int c = first - '0';
        for (int digits = 1; digits < 3 && at < source.length(); digits++) {
            char next = source.charAt(at);
            if (next < '0' || next > '7') {
                break;
            }
            c = c * 8 + next - '0';
            at++;
        }
        value.append((char) c);
    }

    /** An f-string, whose braces may hold strings with the same quotes (Python 3.12); empty, and back at its start, when it cannot be read that way. */
    private Optional<Literal> tryFormatted(String end, boolean isRaw) {
        int startAt = at;
        int startLine = line;
        limit = Math.min(source.length(), at + FORMATTED_MAX);
        try {
            return Optional.of(formatted(end, isRaw));
        } catch (NotPython readItPlainly) {
            at = startAt;
            line = startLine;
            return Optional.empty();
        } finally {
            limit = source.length();
        }
    }

    private Literal formatted(String end, boolean isRaw) {
        int braces = 0;
        StringBuilder value = new StringBuilder();
        boolean computes = false;
        while (braces > 0 || !source.startsWith(end, at)) {
            checkInside(braces > 0 ? "\"\"\"" : end);
            char c = source.charAt(at);
            if (braces > 0 && startsAt(source, at)) {
                Literal inner = new PythonStrings(source, at, line, limit).read(false);
                at = inner.end();
                line = inner.endLine();
            } else if (braces == 0 && (source.startsWith("{{", at) || source.startsWith("}}", at))) {
                at++;
                take(value);
            } else if (c == '\\' && !isRaw && braces == 0) {
                at++;
                checkInside("\"\"\"");
                computes |= !escape(value);
            } else {
                braces += c == '{' ? 1 : c == '}' ? -1 : 0;
                computes |= c == '{';
                take(value);
            }
        }
        at += end.length();
        return new Literal(at, line, computes ? Optional.empty() : Optional.of(value.toString()));
    }
}
