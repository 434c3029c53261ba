package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.PythonValue.Text;
import dev.godwit.cli.alembic.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A call in the text of a function: its arguments by position and by name. */
final class Call {
    private final List<List<Token>> positional = new ArrayList<>();
    private final Map<String, List<Token>> named = new HashMap<>();
    private final List<Token> arguments;
    private final Map<String, PythonValue> constants;

    private Call(List<Token> arguments, Map<String, PythonValue> constants) {
        this.arguments = arguments;
        this.constants = constants;
        for (List<Token> argument : PythonModule.split(arguments, ",")) {
            if (argument.size() > 2
                    && argument.get(0).kind() == Kind.NAME
                    && argument.get(1).isOperator("=")) {
                named.put(argument.get(0).text(), argument.subList(2, argument.size()));
            } else {
                positional.add(argument);
            }
        }
    }

    /** @param open index of the bracket that begins the arguments */
    static Call at(List<Token> words, int open, Map<String, PythonValue> constants) {
        int depth = 0;
        for (int i = open; i < words.size(); i++) {
            depth += words.get(i).opens() ? 1 : words.get(i).closes() ? -1 : 0;
            if (depth == 0) {
                return new Call(words.subList(open + 1, i), constants);
            }
        }
        return new Call(words.subList(open + 1, words.size()), constants);
    }

    /** The text given at this position or by this name; empty when it is missing or no constant. */
    Optional<String> text(int position, String name) {
        List<Token> argument = named.get(name);
        if (argument == null && position >= 0 && position < positional.size()) {
            argument = positional.get(position);
        }
        return argument == null ? Optional.empty() : textOf(argument);
    }

    boolean has(String name) {
        return named.containsKey(name);
    }

    /** True when {@code None} is given by this name. */
    boolean isNone(String name) {
        return ConstantExpression.evaluate(named.getOrDefault(name, List.of()), constants) instanceof PythonValue.None;
    }

    /** All constant strings among the arguments, however deep; SQL is one of them. */
    List<String> strings() {
        return arguments.stream().flatMap(token -> token.string().stream()).toList();
    }

    private Optional<String> textOf(List<Token> argument) {
        return ConstantExpression.evaluate(argument, constants) instanceof Text text
                ? Optional.of(text.value())
                : Optional.empty();
    }
}
