package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.PythonValue.Items;
import dev.godwit.cli.alembic.PythonValue.Unknown;
import dev.godwit.cli.alembic.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a Python file assigns at module level, its docstring and the words of its functions. An assignment within {@code if}, {@code try} or a loop is not taken
 * for a constant: which branch runs only Python knows.
 */
final class PythonModule {

    /** A module-level name and what it was last set to. */
    record Assignment(PythonValue value, int line) {}

    private static final Set<String> BLOCKS =
            Set.of("if", "elif", "else", "for", "while", "try", "except", "finally", "with", "match", "case");

    private final Map<String, Assignment> assignments = new HashMap<>();
    private final Map<String, PythonValue> values = new HashMap<>();
    private final Map<String, List<Token>> functions = new LinkedHashMap<>();
    private final Optional<PythonTokens.Trouble> trouble;
    private String docstring = "";
    /** Indentation of the function or class whose body is being read; -1 at module level. */
    private int localIndent = -1;

    private List<Token> body = new ArrayList<>();

    private PythonModule(Optional<PythonTokens.Trouble> trouble) {
        this.trouble = trouble;
    }

    /** @param source with line feeds alone as line ends */
    static PythonModule of(String source) {
        PythonTokens tokens = PythonTokens.of(source);
        PythonModule module = new PythonModule(tokens.trouble());
        module.read(tokens.all());
        return module;
    }

    Optional<Assignment> assigned(String name) {
        return Optional.ofNullable(assignments.get(name));
    }

    /** Text constants by their names, for arguments that are given by name. */
    Map<String, PythonValue> constants() {
        return values;
    }

    /** Functions of the module with the words of their bodies, in the order of the file. */
    Map<String, List<Token>> functions() {
        return functions;
    }

    /** Empty when there is none. */
    String docstring() {
        return docstring;
    }

    /** Where the file stopped to be Python; what was read before is there. */
    Optional<PythonTokens.Trouble> trouble() {
        return trouble;
    }

    private void read(List<Token> tokens) {
        int start = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).kind() == Kind.NEWLINE) {
                line(tokens.subList(start, i), start == 0);
                start = i + 1;
            }
        }
    }

    private void line(List<Token> line, boolean isFirst) {
        Token first = line.get(0);
        if (localIndent >= 0 && first.indent() > localIndent) {
            body.addAll(line);
            return;
        }
        localIndent = -1;
        if (isFirst && line.size() == 1) {
            docstring = first.string().orElse("");
        }
        if (isDefinition(line)) {
            define(line);
        } else if (first.indent() > 0 || BLOCKS.contains(first.text())) {
            conditional(line);
        } else {
            split(line, ";").forEach(this::statement);
        }
    }

    private static boolean isDefinition(List<Token> line) {
        Token first = line.get(0);
        return first.isName("def")
                || first.isName("class")
                || (first.isName("async") && line.size() > 1 && line.get(1).isName("def"));
    }

    private void define(List<Token> line) {
        localIndent = line.get(0).indent();
        body = new ArrayList<>();
        boolean isClass = line.get(0).isName("class");
        int name = line.get(0).isName("async") ? 2 : 1;
        if (!isClass && name < line.size()) {
            // The header's own words are harmless; a body on the same line is among them.
            body.addAll(line.subList(name + 1, line.size()));
            functions.put(line.get(name).text(), body);
        }
    }

    private void conditional(List<Token> line) {
        int depth = 0;
        for (int i = 0; i + 1 < line.size(); i++) {
            depth += line.get(i).opens() ? 1 : line.get(i).closes() ? -1 : 0;
            Token next = line.get(i + 1);
            boolean isSet = next.isOperator("=") || next.isOperator("+=") || next.isOperator(":");
            if (depth == 0
                    && line.get(i).kind() == Kind.NAME
                    && isSet
                    && !BLOCKS.contains(line.get(i).text())) {
                forget(line.get(i), next);
            }
        }
    }

    private void forget(Token name, Token operator) {
        // 'if flag:' and 'x: int = 1' look alike; a name that nobody asks for does no harm.
        boolean isCondition = operator.isOperator(":") && name.indent() < 0;
        if (!isCondition) {
            assign(name, new Unknown("is set within a block, so it depends on what runs"));
        }
    }

    private void statement(List<Token> words) {
        int equals = indexOf(words, "=", 0);
        if (words.size() >= 2
                && words.get(0).kind() == Kind.NAME
                && words.get(1).isOperator(":")) {
            if (equals > 0) {
                assign(words.get(0), evaluate(words.subList(equals + 1, words.size())));
            }
        } else if (words.size() > 2
                && words.get(0).kind() == Kind.NAME
                && words.get(1).isOperator("+=")) {
            augment(words.get(0), evaluate(words.subList(2, words.size())));
        } else if (equals > 0) {
            List<List<Token>> parts = split(words, "=");
            PythonValue value = evaluate(parts.get(parts.size() - 1));
            parts.subList(0, parts.size() - 1).forEach(target -> assign(target, value));
        }
    }

    private PythonValue evaluate(List<Token> expression) {
        return ConstantExpression.evaluate(expression, values);
    }

    private void augment(Token name, PythonValue value) {
        PythonValue before = values.getOrDefault(name.text(), new Unknown("is added to before it is set"));
        assign(name, ConstantExpression.concatenate(before, value));
    }

    /** A name, or several names that share out a sequence; attributes and items of something are left alone. */
    private void assign(List<Token> target, PythonValue value) {
        if (target.size() == 1 && target.get(0).kind() == Kind.NAME) {
            assign(target.get(0), value);
            return;
        }
        List<Token> names =
                target.stream().filter(token -> token.kind() == Kind.NAME).toList();
        boolean isUnpacking = target.stream()
                .allMatch(
                        token -> token.kind() == Kind.NAME || token.isOperator(",") || token.opens() || token.closes());
        if (isUnpacking && value instanceof Items items && items.values().size() == names.size()) {
            for (int i = 0; i < names.size(); i++) {
                assign(names.get(i), items.values().get(i));
            }
        } else if (isUnpacking && indexOf(target, ",", 0) > 0) {
            names.forEach(name -> assign(name, new Unknown("is unpacked from what is no constant")));
        }
    }

    private void assign(Token name, PythonValue value) {
        values.put(name.text(), value);
        assignments.put(name.text(), new Assignment(value, name.line()));
    }

    /** The parts between an operator that stands outside of all brackets. */
    static List<List<Token>> split(List<Token> words, String operator) {
        List<List<Token>> parts = new ArrayList<>();
        int start = 0;
        for (int found = indexOf(words, operator, 0); found >= 0; found = indexOf(words, operator, start)) {
            parts.add(words.subList(start, found));
            start = found + 1;
        }
        if (start < words.size()) {
            parts.add(words.subList(start, words.size()));
        }
        return parts;
    }

    private static int indexOf(List<Token> words, String operator, int from) {
        int depth = 0;
        for (int i = from; i < words.size(); i++) {
            Token word = words.get(i);
            if (depth == 0 && word.isOperator(operator)) {
                return i;
            }
            depth += word.opens() ? 1 : word.closes() ? -1 : 0;
        }
        return -1;
    }
}
