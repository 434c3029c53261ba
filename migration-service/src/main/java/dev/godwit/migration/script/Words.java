package dev.godwit.migration.script;

import java.util.List;
import java.util.Set;

/** One action of an {@code ALTER TABLE}. What stands in brackets is not looked into, so that an expression is never taken for a clause. */
record Words(List<Token> tokens) {

    private static final Set<String> SERIAL =
            Set.of("SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4", "SERIAL8", "SERIAL2");

    boolean startsWith(String... keywords) {
        return isAt(0, keywords);
    }

    private boolean isAt(int start, String... keywords) {
        if (start + keywords.length > tokens.size()) {
            return false;
        }
        for (int i = 0; i < keywords.length; i++) {
            if (!tokens.get(start + i).is(keywords[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether these words stand side by side anywhere outside brackets. */
    boolean has(String... keywords) {
        return indexOf(keywords) >= 0;
    }

    /** Where these words stand; -1 when they do not. */
    int indexOf(String... keywords) {
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            depth += token.isSymbol('(') ? 1 : token.isSymbol(')') ? -1 : 0;
            if (depth == 0 && isAt(i, keywords)) {
                return i;
            }
        }
        return -1;
    }

    /** The column of {@code ALTER [COLUMN] name …}. */
    String column() {
        int at = isAt(0, "ALTER", "COLUMN") ? 2 : 1;
        return at < tokens.size() ? tokens.get(at).name() : "";
    }

    boolean isSerial() {
        return tokens.stream().anyMatch(token -> SERIAL.contains(token.keyword()));
    }
}
