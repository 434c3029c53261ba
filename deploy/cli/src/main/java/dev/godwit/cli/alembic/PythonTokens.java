package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Cuts Python source into words, as far as reading constants needs it: strings of every kind, comments, brackets over several lines, joined lines. One pass; what
 * is not Python ends the list early and is told by {@link #trouble}.
 */
final class PythonTokens {
    /** As in CPython; its tokenizer refuses deeper nesting. */
    static final int DEPTH_MAX = 200;

    /** Where reading had to stop, and why. */
    record Trouble(int line, String message) {}

    private static final List<String> LONG_OPERATORS = List.of(
            "**=", "//=", ">>=", "<<=", "...", ":=", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "==",
            "!=", "<=", ">=", "**", "//", "<<", ">>");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    private int line = 1;
    /** Indentation of the line that the next word begins; -1 within a logical line. */
    private int indent;
    /** Null while everything is Python. */
    private Trouble trouble;

    private PythonTokens(String source) {
        this.source = source;
    }

    /** Reads all of it, or up to the first thing that is not Python. */
    static PythonTokens of(String source) {
        PythonTokens all = new PythonTokens(source);
        all.read();
        return all;
    }

    List<Token> all() {
        return tokens;
    }

    Optional<Trouble> trouble() {
        return Optional.ofNullable(trouble);
    }

    private void read() {
        try {
            readIndent();
            while (at < source.length()) {
                readNext();
            }
            if (!open.isEmpty()) {
                trouble = new Trouble(line, "a bracket '" + open.peek() + "' is never closed");
            }
        } catch (PythonStrings.NotPython e) {
            trouble = new Trouble(e.line(), e.getMessage());
        }
        endLine();
    }

    private void readNext() {
        char c = source.charAt(at);
        if (c == '\n') {
            readNewline();
        } else if (c == '\\' && at + 1 < source.length() && source.charAt(at + 1) == '\n') {
            at += 2;
            line++;
        } else if (c == ' ' || c == '\t' || c == '\f') {
            at++;
        } else if (c == '#') {
            skipComment();
        } else if (PythonStrings.startsAt(source, at)) {
            readString();
        } else if (Character.isUnicodeIdentifierStart(source.codePointAt(at)) || c == '_') {
            readWord(Kind.NAME);
        } else if (c >= '0' && c <= '9') {
            readWord(Kind.NUMBER);
        } else {
            readOperator();
        }
    }

    private void readNewline() {
        at++;
        if (open.isEmpty()) {
            endLine();
        }
        line++;
        if (open.isEmpty()) {
            readIndent();
        }
    }

    /** Ends the logical line, unless it has no words: blank lines and comments are none. */
    private void endLine() {
        boolean hasWords = !tokens.isEmpty() && tokens.get(tokens.size() - 1).kind() != Kind.NEWLINE;
        if (hasWords) {
            tokens.add(new Token(Kind.NEWLINE, "", true, line, -1));
        }
    }

    /** Columns as Python counts them: a tab goes to the next multiple of eight, a form feed starts anew. */
    private void readIndent() {
        int column = 0;
        for (; at < source.length(); at++) {
            char c = source.charAt(at);
            if (c == ' ') {
                column++;
            } else if (c == '\t') {
                column = (column / 8 + 1) * 8;
            } else if (c == '\f') {
                column = 0;
            } else {
                break;
            }
        }
        indent = column;
    }

    private void skipComment() {
        int end = source.indexOf('\n', at);
        at = end < 0 ? source.length() : end;
    }

    private void readString() {
        int begun = line;
        PythonStrings.Literal literal = PythonStrings.read(source, at, line);
        at = literal.end();
        line = literal.endLine();
        add(Kind.STRING, literal.value().orElse(""), literal.value().isPresent(), begun);
    }

    private void readWord(Kind kind) {
        int start = at;
        while (at < source.length() && belongsToWord(source.codePointAt(at), kind)) {
            at += Character.charCount(source.codePointAt(at));
        }
        add(kind, source.substring(start, at), true, line);
    }

    private static boolean belongsToWord(int c, Kind kind) {
        return (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c))
                || c == '_'
                || (kind == Kind.NUMBER && c == '.');
    }

    private void readOperator() {
        for (String operator : LONG_OPERATORS) {
            if (source.startsWith(operator, at)) {
                at += operator.length();
                add(Kind.OPERATOR, operator, true, line);
                return;
            }
        }
        char c = source.charAt(at);
        if (c == 0) {
            throw new PythonStrings.NotPython(line, "the file holds a null byte");
        }
        checkBrackets(c);
        at++;
        add(Kind.OPERATOR, String.valueOf(c), true, line);
    }

    private void checkBrackets(char c) {
        if (c == '(' || c == '[' || c == '{') {
            open.push(c);
            if (open.size() > DEPTH_MAX) {
                throw new PythonStrings.NotPython(line, "brackets are nested more than " + DEPTH_MAX + " deep");
            }
        } else if (c == ')' || c == ']' || c == '}') {
            char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
            if (open.isEmpty() || open.pop() != wanted) {
                throw new PythonStrings.NotPython(line, "a bracket '" + c + "' closes nothing");
            }
        }
    }

    private void add(Kind kind, String text, boolean isConstant, int where) {
        tokens.add(new Token(kind, text, isConstant, where, indent));
        indent = -1;
    }
}
