package dev.godwit.migration.script;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads a statement from left to right, as far as it is known. */
final class Cursor {

    private static final Token NOTHING = new Token(Token.Kind.SYMBOL, 0, "\0");

    private final List<Token> tokens;
    private int at;

    Cursor(SqlStatement statement) {
        this.tokens = statement.tokens();
    }

    Token peek() {
        return peek(0);
    }

    private Token peek(int ahead) {
        return at + ahead < tokens.size() ? tokens.get(at + ahead) : NOTHING;
    }

    boolean isAtEnd() {
        return at >= tokens.size();
    }

    void skip() {
        at++;
    }

    /** Takes these words if they come next, all of them or none. */
    boolean accept(String... keywords) {
        for (int i = 0; i < keywords.length; i++) {
            if (!peek(i).is(keywords[i])) {
                return false;
            }
        }
        at += keywords.length;
        return true;
    }

    /** Passes over these words, in whatever order and number they come. */
    void skipAll(String... keywords) {
        while (Arrays.asList(keywords).contains(peek().keyword())) {
            at++;
        }
    }

    boolean acceptSymbol(char symbol) {
        if (peek().isSymbol(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    /** A name of one or two parts; empty, with nothing taken, for anything else, and for names with Unicode escapes. */
    Optional<ObjectName> name() {
        int before = at;
        List<String> parts = new ArrayList<>();
        do {
            Token part = peek();
            boolean escaped = part.is("U") && peek(1).isSymbol('&');
            if (escaped || (part.kind() != Token.Kind.WORD && part.kind() != Token.Kind.QUOTED_NAME)) {
                at = before;
                return Optional.empty();
            }
            parts.add(part.name());
            at++;
        } while (acceptSymbol('.'));
        if (parts.size() > 2) {
            at = before;
            return Optional.empty();
        }
        String last = parts.get(parts.size() - 1);
        return Optional.of(new ObjectName(parts.size() == 2 ? Optional.of(parts.get(0)) : Optional.empty(), last));
    }

    /** Passes over a bracket that opens here, with all within. */
    void skipBrackets() {
        int depth = 0;
        do {
            depth += peek().isSymbol('(') ? 1 : peek().isSymbol(')') ? -1 : 0;
            at++;
        } while (depth > 0 && !isAtEnd());
    }

    /** What is left, cut at commas outside brackets. */
    List<List<Token>> rest() {
        List<List<Token>> parts = new ArrayList<>();
        List<Token> part = new ArrayList<>();
        int depth = 0;
        for (; !isAtEnd(); at++) {
            Token token = peek();
            depth += token.isSymbol('(') ? 1 : token.isSymbol(')') ? -1 : 0;
            if (depth == 0 && token.isSymbol(',')) {
                parts.add(part);
                part = new ArrayList<>();
            } else {
                part.add(token);
            }
        }
        parts.add(part);
        return parts;
    }
}
