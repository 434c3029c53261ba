package dev.godwit.migration.definition;

import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells a name-based UUID from other SQL expressions. */
final class KeyExpressionParser {

    private static final Pattern UUID5 = Pattern.compile("uuid5\\s*\\(", Pattern.CASE_INSENSITIVE);
    /** Looks at each run of blanks once: a key expression may hold very long ones. */
    private static final Pattern CAST = Pattern.compile(
            "(?<!\\s)\\s*+::\\s*+(uuid|text|varchar|character varying)(\\s*\\(\\s*36\\s*\\))?$",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern NAMESPACE =
            Pattern.compile("namespace\\s*\\(\\s*'(.*)'\\s*\\)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern NAMESPACE_CALL =
            Pattern.compile("namespace\\s*\\(.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern LITERAL =
            Pattern.compile("(?:uuid\\s*)?'([^']*)'(?:\\s*::\\s*uuid)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern CANONICAL =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    private KeyExpressionParser() {}

    /**
     * Reads {@code uuid5(namespace, name)} as such when it is the whole expression (a cast to uuid or text behind it changes nothing, since the result is cast
     * to the key's type anyway), anything else as SQL.
     *
     * @throws IllegalArgumentException with a message for people
     */
    static KeyExpression parse(String text) {
        String expression = SqlFragment.expression(text);
        String bare = CAST.matcher(expression).replaceFirst("");
        Matcher call = UUID5.matcher(bare);
        if (!call.lookingAt() || !SqlFragment.isOneBracket(bare, call.end() - 1)) {
            return new KeyExpression.Sql(expression);
        }
        List<String> arguments = SqlFragment.arguments(bare.substring(call.end(), bare.length() - 1));
        if (arguments.size() != 2 || arguments.contains("")) {
            throw new IllegalArgumentException("uuid5 takes two arguments, a namespace and a name, but has "
                    + arguments.stream().filter(argument -> !argument.isEmpty()).count());
        }
        return new KeyExpression.Uuid5(namespace(arguments.get(0)), arguments.get(1));
    }

    private static String namespace(String sql) {
        Matcher named = NAMESPACE.matcher(sql);
        if (named.matches() && named.group(1).replace("''", "").indexOf('\'') < 0) {
            String name = named.group(1).replace("''", "'");
            return literal(Uuid5.of(Uuid5.NAMESPACE_URL, "godwit:" + name));
        }
        if (NAMESPACE_CALL.matcher(sql).matches()) {
            throw new IllegalArgumentException(
                    "namespace() takes one text in single quotes, such as namespace('courses')");
        }
        Matcher literal = LITERAL.matcher(sql);
        if (!literal.matches()) {
            return sql;
        }
        if (!CANONICAL.matcher(literal.group(1)).matches()) {
            throw new IllegalArgumentException("the namespace '" + literal.group(1) + "' is not a UUID");
        }
        return literal(UUID.fromString(literal.group(1)));
    }

    private static String literal(UUID uuid) {
        return "'" + uuid + "'::uuid";
    }
}
