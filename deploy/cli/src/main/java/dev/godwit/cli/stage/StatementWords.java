package dev.godwit.cli.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What of a statement says whether a semicolon ends it: not inside parentheses, and not inside the body of a function in SQL, which stands between
 * {@code BEGIN ATOMIC} and its {@code END} without quotes. The rule is psql's.
 */
final class StatementWords {
    private static final int LEADING = 4;
    private static final Set<String> ROUTINES = Set.of("function", "procedure");

    private final List<String> leading = new ArrayList<>();
    private String last = "";
    private int parentheses;
    private int blocks;

    /** True for bytes of keywords, names and numbers; names may hold any byte beyond ASCII. */
    static boolean isPartOfWord(int next) {
        return (next >= 'a' && next <= 'z')
                || (next >= 'A' && next <= 'Z')
                || (next >= '0' && next <= '9')
                || next == '_'
                || next >= 0x80;
    }

    void word(String word) {
        last = word.toLowerCase(Locale.ROOT);
        if (leading.size() < LEADING) {
            leading.add(last);
        }
        if (parentheses == 0 && isRoutine()) {
            blocks += switch (last) {
                case "begin" -> 1;
                case "case" -> blocks > 0 ? 1 : 0;
                case "end" -> blocks > 0 ? -1 : 0;
                default -> 0;
            };
        }
    }

    void symbol(int symbol) {
        last = "";
        if (symbol == '(') {
            parentheses++;
        } else if (symbol == ')' && parentheses > 0) {
            parentheses--;
        }
    }

    /** True where a semicolon would end the statement. */
    boolean mayEnd() {
        return parentheses == 0 && blocks == 0;
    }

    /** True when a string that begins now is one with escapes. */
    boolean isEscapeString() {
        return last.equals("e");
    }

    private boolean isRoutine() {
        if (leading.isEmpty() || !leading.get(0).equals("create")) {
            return false;
        }
        int at = leading.size() > 2 && leading.get(1).equals("or") ? 3 : 1;
        return leading.size() > at && ROUTINES.contains(leading.get(at));
    }
}
