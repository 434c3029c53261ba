package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.PythonValue.Items;
import dev.godwit.cli.alembic.PythonValue.None;
import dev.godwit.cli.alembic.PythonValue.Text;
import dev.godwit.cli.alembic.PythonValue.Unknown;
import dev.godwit.cli.alembic.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Works out an expression that consists of strings, {@code None}, tuples, lists, sets, {@code +} and names of constants. Everything else is {@link Unknown}: it
 * is not guessed. Recursion is as deep as brackets, which {@link PythonTokens#DEPTH_MAX} limits.
 */
final class ConstantExpression {
    /** Texts and sequences that double with every line ({@code a = a + a}) must not fill the memory. */
    private static final int LENGTH_MAX = 100_000;

    private static final Set<String> SEQUENCES = Set.of("tuple", "list", "set", "frozenset");

    /** Leaves the recursion when the expression turns out to be no constant. */
    private static final class NotConstant extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotConstant(String reason) {
            super(reason, null, false, false);
        }
    }

    private final List<Token> tokens;
    private final Map<String, PythonValue> names;
    private int at;

    private ConstantExpression(List<Token> tokens, Map<String, PythonValue> names) {
        this.tokens = tokens;
        this.names = names;
    }

    /** @param names the constants assigned before */
    static PythonValue evaluate(List<Token> tokens, Map<String, PythonValue> names) {
        ConstantExpression expression = new ConstantExpression(tokens, names);
        try {
            PythonValue value = expression.list();
            return expression.at == tokens.size() ? value : new Unknown("is computed by '" + expression.text() + "'");
        } catch (NotConstant e) {
            return new Unknown(e.getMessage());
        }
    }

    /** One value, or a tuple without parentheses. */
    private PythonValue list() {
        List<PythonValue> values = new ArrayList<>();
        return elements(values) ? new Items(values) : values.get(0);
    }

    /** Appends what commas separate; true when a comma or a star makes it a tuple. */
    private boolean elements(List<PythonValue> values) {
        boolean isTuple = item(values);
        while (isOperator(",")) {
            isTuple = true;
            at++;
            if (at == tokens.size() || tokens.get(at).closes()) {
                break;
            }
            item(values);
        }
        return isTuple;
    }

    /** Appends a value, or the values of one with a star; true for the latter. */
    private boolean item(List<PythonValue> values) {
        if (!isOperator("*")) {
            values.add(sum());
            return false;
        }
        at++;
        values.addAll(items(sum()));
        return true;
    }

    private PythonValue sum() {
        PythonValue value = atom();
        while (isOperator("+")) {
            at++;
            value = plus(value, atom());
        }
        return value;
    }

    static PythonValue concatenate(PythonValue left, PythonValue right) {
        try {
            return plus(left, right);
        } catch (NotConstant e) {
            return new Unknown(e.getMessage());
        }
    }

    private static PythonValue plus(PythonValue left, PythonValue right) {
        if (left instanceof Text first && right instanceof Text second) {
            checkLength(first.value().length() + second.value().length());
            return new Text(first.value() + second.value());
        }
        if (left instanceof Items first && right instanceof Items second) {
            checkLength(first.values().size() + second.values().size());
            List<PythonValue> all = new ArrayList<>(first.values());
            all.addAll(second.values());
            return new Items(all);
        }
        if (left instanceof Unknown unknown) {
            return unknown;
        }
        return right instanceof Unknown ? right : new Unknown("adds what cannot be added");
    }

    private static void checkLength(int length) {
        if (length > LENGTH_MAX) {
            throw new NotConstant("is longer than " + LENGTH_MAX);
        }
    }

    private PythonValue atom() {
        if (at == tokens.size()) {
            throw new NotConstant("ends in the middle of an expression");
        }
        Token token = tokens.get(at);
        if (token.kind() == Kind.STRING) {
            return strings();
        }
        if (token.opens()) {
            return bracket(token);
        }
        if (token.kind() == Kind.NAME) {
            return name(token);
        }
        throw new NotConstant(
                token.kind() == Kind.NUMBER ? "is a number, not a string" : "is computed by '" + text() + "'");
    }

    /** Strings one after the other are one string. */
    private PythonValue strings() {
        StringBuilder value = new StringBuilder();
        for (; at < tokens.size() && tokens.get(at).kind() == Kind.STRING; at++) {
            value.append(tokens.get(at)
                    .string()
                    .orElseThrow(() -> new NotConstant("is an f-string, bytes, or has an escape that is not known")));
        }
        return new Text(value.toString());
    }

    private PythonValue bracket(Token open) {
        at++;
        if (at < tokens.size() && tokens.get(at).closes()) {
            at++;
            return new Items(List.of());
        }
        List<PythonValue> values = new ArrayList<>();
        boolean isTuple = elements(values);
        if (at == tokens.size() || !tokens.get(at).closes()) {
            throw new NotConstant("is computed by '" + text() + "'");
        }
        at++;
        boolean onlyGroups = open.isOperator("(") && !isTuple;
        return onlyGroups ? values.get(0) : new Items(values);
    }

    private PythonValue name(Token token) {
        at++;
        if (token.text().equals("None")) {
            return new None();
        }
        if (SEQUENCES.contains(token.text()) && isOperator("(")) {
            return new Items(items(atom()));
        }
        PythonValue value = names.get(token.text());
        if (value == null) {
            throw new NotConstant("uses '" + token.text() + "', which is no constant of this file");
        }
        return value;
    }

    private static List<PythonValue> items(PythonValue value) {
        if (value instanceof Items items) {
            return items.values();
        }
        throw new NotConstant("makes a sequence of what is none");
    }

    private boolean isOperator(String operator) {
        return at < tokens.size() && tokens.get(at).isOperator(operator);
    }

    private String text() {
        return at < tokens.size() ? tokens.get(at).text() : "";
    }
}
