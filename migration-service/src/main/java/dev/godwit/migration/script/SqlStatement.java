package dev.godwit.migration.script;

import java.util.List;
import java.util.stream.Collectors;

/** One statement of a script: its text without the semicolon that ends it, and where it begins. */
public final class SqlStatement {

    private static final int LABEL_WORDS_MAX = 8;
    private static final int LABEL_MAX = 80;

    private final String text;
    private final int line;
    private final List<Token> tokens;

    SqlStatement(String text, int line, List<Token> tokens) {
        this.text = text;
        this.line = line;
        this.tokens = List.copyOf(tokens);
    }

    /** What PostgreSQL gets. */
    public String text() {
        return text;
    }

    /** Line of the script in which it begins, from 1. */
    public int line() {
        return line;
    }

    List<Token> tokens() {
        return tokens;
    }

    /** Whether it begins with these bare words. */
    boolean startsWith(String... keywords) {
        if (tokens.size() < keywords.length) {
            return false;
        }
        for (int i = 0; i < keywords.length; i++) {
            if (!tokens.get(i).is(keywords[i])) {
                return false;
            }
        }
        return true;
    }

    /** Its beginning, for people: no texts, so that no values are shown. */
    public String label() {
        String words = tokens.stream()
                .takeWhile(token -> token.kind() != Token.Kind.STRING && !token.isSymbol('('))
                .limit(LABEL_WORDS_MAX)
                .map(Token::text)
                .collect(Collectors.joining(" "))
                .replace(" . ", ".");
        return words.length() > LABEL_MAX ? words.substring(0, LABEL_MAX) + "…" : words;
    }

    @Override
    public String toString() {
        return text;
    }
}
