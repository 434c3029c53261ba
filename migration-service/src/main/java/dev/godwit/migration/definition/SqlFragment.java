package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.List;

/**
 * The little of SQL's lexical structure that is needed to put fragments into statements safely: quotes, dollar quotes, comments and brackets. PostgreSQL
 * itself judges the rest.
 */
final class SqlFragment {

    private final String text;
    private final StringBuilder clean = new StringBuilder();
    private final List<Integer> commas = new ArrayList<>();
    private final StringBuilder open = new StringBuilder();
    private int at;

    private SqlFragment(String text) {
        this.text = text;
    }

    /**
     * The fragment without comments and outer blanks.
     *
     * @throws IllegalArgumentException when quotes or brackets are not balanced, or it holds a semicolon or a parameter
     */
    static String expression(String text) {
        SqlFragment fragment = new SqlFragment(text);
        fragment.scan();
        String expression = fragment.clean.toString().strip();
        if (expression.isEmpty()) {
            throw new IllegalArgumentException("holds nothing but comments");
        }
        return expression;
    }

    /**
     * The same for a statement, which may end in a semicolon.
     *
     * @throws IllegalArgumentException as above
     */
    static String statement(String text) {
        String stripped = text.strip();
        return expression(stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped);
    }

    /** The parts between commas that stand outside quotes and brackets, each stripped. */
    static List<String> arguments(String expression) {
        SqlFragment fragment = new SqlFragment(expression);
        fragment.scan();
        List<String> arguments = new ArrayList<>();
        int start = 0;
        for (int comma : fragment.commas) {
            arguments.add(fragment.clean.substring(start, comma).strip());
            start = comma + 1;
        }
        arguments.add(fragment.clean.substring(start).strip());
        return arguments;
    }

    /** Whether the bracket that opens at {@code start} is closed by the very last character. */
    static boolean isOneBracket(String expression, int start) {
        if (!expression.endsWith(")") || expression.charAt(start) != '(') {
            return false;
        }
        try {
            new SqlFragment(expression.substring(start + 1, expression.length() - 1)).scan();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void scan() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'') {
                quoted('\'', isEscapeString());
            } else if (c == '"') {
                quoted('"', false);
            } else if (c == '$' && !isPartOfName()) {
                dollar();
            } else if (text.startsWith("--", at)) {
                lineComment();
            } else if (text.startsWith("/*", at)) {
                blockComment();
            } else {
                plain(c);
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("a bracket '" + open.charAt(open.length() - 1) + "' is never closed");
        }
    }

    private void plain(char c) {
        switch (c) {
            case '(', '[' -> open.append(c);
            case ')', ']' -> close(c);
            case ',' -> {
                if (open.isEmpty()) {
                    commas.add(clean.length());
                }
            }
            case ';' ->
                throw new IllegalArgumentException("a semicolon ends a statement; one expression is wanted here");
            default -> {
                // Everything else is PostgreSQL's to judge.
            }
        }
        clean.append(c);
        at++;
    }

    private void close(char c) {
        char opener = c == ')' ? '(' : '[';
        if (open.isEmpty() || open.charAt(open.length() - 1) != opener) {
            throw new IllegalArgumentException("a bracket '" + c + "' closes nothing");
        }
        open.setLength(open.length() - 1);
    }

    private boolean isEscapeString() {
        boolean escape = at > 0 && Character.toLowerCase(text.charAt(at - 1)) == 'e';
        return escape && (at == 1 || !isNameCharacter(text.charAt(at - 2)));
    }

    private void quoted(char quote, boolean backslashes) {
        int end = at + 1;
        while (end < text.length()) {
            char c = text.charAt(end);
            if (backslashes && c == '\\') {
                end += 2;
            } else if (c != quote) {
                end++;
            } else if (end + 1 < text.length() && text.charAt(end + 1) == quote) {
                end += 2;
            } else {
                take(end + 1);
                return;
            }
        }
        throw new IllegalArgumentException("a quote " + quote + " is never closed");
    }

    private void dollar() {
        int end = at + 1;
        while (end < text.length() && isNameCharacter(text.charAt(end)) && text.charAt(end) != '$') {
            end++;
        }
        boolean tag = end < text.length() && text.charAt(end) == '$';
        if (!tag && end > at + 1 && Character.isDigit(text.charAt(at + 1))) {
            throw new IllegalArgumentException(
                    "'" + text.substring(at, end) + "' is a parameter; nothing is bound to it");
        }
        if (!tag) {
            take(at + 1);
            return;
        }
        String delimiter = text.substring(at, end + 1);
        int close = text.indexOf(delimiter, end + 1);
        if (close < 0) {
            throw new IllegalArgumentException("a dollar quote " + delimiter + " is never closed");
        }
        take(close + delimiter.length());
    }

    private boolean isPartOfName() {
        return at > 0 && isNameCharacter(text.charAt(at - 1));
    }

    private static boolean isNameCharacter(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private void lineComment() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
        clean.append(' ');
    }

    private void blockComment() {
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else if (++at >= text.length()) {
                throw new IllegalArgumentException("a comment /* is never closed");
            }
        } while (depth > 0);
        clean.append(' ');
    }

    private void take(int end) {
        clean.append(text, at, end);
        at = end;
    }
}
