package dev.godwit.migration.definition;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells {@code identity('migration', key)} from other expressions. */
final class ImportedValueParser {

    private static final Pattern IDENTITY = Pattern.compile("identity\\s*\\(", Pattern.CASE_INSENSITIVE);
    private static final Pattern IDENTITY_WITHIN =
            Pattern.compile("(?<![\\w.\"])identity\\s*\\(", Pattern.CASE_INSENSITIVE);
    private static final Pattern LITERAL = Pattern.compile("'[^']*'");
    private static final Pattern NAME = Pattern.compile("'([a-z0-9_-]+)'");

    private ImportedValueParser() {}

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException with a message for people
     */
    static ImportedValue parse(String text) {
        String expression = SqlFragment.expression(text);
        Matcher call = IDENTITY.matcher(expression);
        if (call.lookingAt() && SqlFragment.isOneBracket(expression, call.end() - 1)) {
            return identity(SqlFragment.arguments(expression.substring(call.end(), expression.length() - 1)));
        }
        if (IDENTITY_WITHIN
                .matcher(LITERAL.matcher(expression).replaceAll("''"))
                .find()) {
            throw new IllegalArgumentException(
                    "identity(…) is looked up for many rows at once, so it must be the whole expression; what holds while there is no such row is its third argument");
        }
        return new ImportedValue.Computed(KeyExpressionParser.parse(expression));
    }

    private static ImportedValue identity(List<String> arguments) {
        if (arguments.size() < 2 || arguments.size() > 3 || arguments.contains("")) {
            throw new IllegalArgumentException(
                    "identity takes the name of an import in single quotes, the key of a row of its source, and perhaps what holds while there is no such row");
        }
        Matcher name = NAME.matcher(arguments.get(0));
        if (!name.matches()) {
            throw new IllegalArgumentException(
                    "the first argument of identity is the name of a migration in single quotes, not "
                            + arguments.get(0));
        }
        Optional<String> otherwise = arguments.size() == 3 ? Optional.of(arguments.get(2)) : Optional.empty();
        return new ImportedValue.Identity(name.group(1), arguments.get(1), otherwise);
    }
}
