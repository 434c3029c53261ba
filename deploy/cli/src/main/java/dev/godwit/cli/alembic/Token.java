package dev.godwit.cli.alembic;

import java.util.Optional;

/**
 * One word of a Python file.
 *
 * @param text a name, a number or an operator as written; of a string its value, empty when only running Python would tell it (f-strings, bytes)
 * @param isConstant false for a string whose value is not known
 * @param line counted from 1
 * @param indent of the logical line that it begins, in columns; -1 for words that begin none
 */
record Token(Kind kind, String text, boolean isConstant, int line, int indent) {

    enum Kind {
        NAME,
        NUMBER,
        STRING,
        OPERATOR,
        /** End of a logical line. */
        NEWLINE
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean opens() {
        return kind == Kind.OPERATOR && (text.equals("(") || text.equals("[") || text.equals("{"));
    }

    boolean closes() {
        return kind == Kind.OPERATOR && (text.equals(")") || text.equals("]") || text.equals("}"));
    }

    /** The string's value, where it is one that is known. */
    Optional<String> string() {
        return kind == Kind.STRING && isConstant ? Optional.of(text) : Optional.empty();
    }
}
