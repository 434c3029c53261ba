package dev.godwit.migration.script;

import java.util.Set;

/** Whether the default of a new column is one value for all rows, which PostgreSQL keeps once, or one for each, for which it writes the whole table anew. */
final class Defaults {

    /** Functions that PostgreSQL evaluates once for such a column. Whatever is not among them may be volatile. */
    private static final Set<String> ONCE = Set.of(
            "NOW",
            "TRANSACTION_TIMESTAMP",
            "STATEMENT_TIMESTAMP",
            "CURRENT_TIMESTAMP",
            "CURRENT_TIME",
            "LOCALTIMESTAMP",
            "LOCALTIME",
            "CURRENT_SETTING",
            "CURRENT_SCHEMA",
            "CURRENT_DATABASE",
            "TO_TIMESTAMP",
            "TO_DATE",
            "MAKE_DATE",
            "MAKE_INTERVAL",
            "LOWER",
            "UPPER",
            "COALESCE",
            "NULLIF",
            "CAST",
            "JSONB_BUILD_OBJECT",
            "JSONB_BUILD_ARRAY",
            "JSON_BUILD_OBJECT",
            "TO_JSONB",
            "NUMERIC",
            "DECIMAL",
            "VARCHAR",
            "CHAR",
            "CHARACTER",
            "VARYING",
            "BIT",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "TIME",
            "INTERVAL",
            "CHECK",
            "AND",
            "OR",
            "NOT",
            "IN",
            "ANY",
            "ARRAY");

    private Defaults() {}

    static boolean isComputedPerRow(Words action) {
        int from = action.indexOf("DEFAULT");
        if (from < 0) {
            return false;
        }
        for (int i = from + 1; i + 1 < action.tokens().size(); i++) {
            Token token = action.tokens().get(i);
            boolean called = action.tokens().get(i + 1).isSymbol('(') && isName(token);
            if (called && !ONCE.contains(token.keyword())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isName(Token token) {
        return token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.QUOTED_NAME;
    }
}
