package dev.godwit.cli.stage;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stage.SqlToken.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Rewrites the names of schemas in a statement. A name is one where it stands before a dot as the first part of a qualified name; in a search_path; and in a
 * text that PostgreSQL itself reads as a name, that is before {@code ::regclass} and in calls of functions for sequences. Nothing else is touched: a text
 * that happens to say {@code public.} is data, and so is the body of a function.
 */
final class Redirection {
    private static final Set<String> SEQUENCE_FUNCTIONS =
            Set.of("nextval", "setval", "currval", "pg_get_serial_sequence");
    private static final Set<String> NAME_TYPES =
            Set.of("regclass", "regtype", "regproc", "regprocedure", "regoper", "regoperator", "regcollation");

    private final SchemaNames names;
    private final SqlTokens tokens;
    private final StringBuilder rewritten;
    private final String sql;

    private int copied;
    private SqlToken beforeLast = new SqlToken(Kind.END, "", 0);
    private SqlToken last = beforeLast;
    private boolean inSearchPath;

    private Redirection(String sql, SchemaNames names) {
        this.sql = sql;
        this.names = names;
        this.tokens = new SqlTokens(sql);
        this.rewritten = new StringBuilder(sql.length() + 64);
    }

    /**
     * The statement with its schemas redirected.
     *
     * @throws Failure (refused) when it speaks of a schema of the database that the dump does not have
     */
    static String of(String sql, SchemaNames names) {
        return new Redirection(sql, names).rewritten();
    }

    private String rewritten() {
        SqlToken token = tokens.from(0);
        while (token.kind() != Kind.END) {
            SqlToken current = token;
            replacement(current).ifPresent(replacement -> replace(current, replacement));
            beforeLast = last;
            last = current;
            token = tokens.from(current.end());
        }
        return rewritten.append(sql, copied, sql.length()).toString();
    }

    private void replace(SqlToken token, String replacement) {
        rewritten.append(sql, copied, token.end() - token.text().length()).append(replacement);
        copied = token.end();
    }

    private Optional<String> replacement(SqlToken token) {
        if (inSearchPath || startsSearchPath(token)) {
            return inSearchPath(token);
        }
        return switch (token.kind()) {
            case WORD, QUOTED_NAME -> qualifier(token);
            case TEXT -> isReadAsName(token) ? Optional.of(text(token)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Optional<String> qualifier(SqlToken token) {
        SqlToken dot = tokens.from(token.end());
        if (last.is(".") || !dot.is(".")) {
            return Optional.empty();
        }
        String schema = token.name().orElseThrow();
        Optional<String> target = names.target(schema, member(dot.end()));
        if (target.isEmpty() && names.isForeign(schema)) {
            throw Failure.of(
                    ExitCode.REFUSED,
                    "foreign_schema",
                    "speaks of schema " + schema + ", which is in the database already and is not the dump's;"
                            + " if the dump has a schema of that name, say where it goes: --also " + schema + "=NAME");
        }
        return target.map(SchemaNames::quoted);
    }

    /** The name behind a dot; operators, as in {@code OPERATOR(public.=)}, are all the symbols up to the parenthesis. */
    private String member(int position) {
        SqlToken first = tokens.from(position);
        if (first.kind() != Kind.SYMBOL) {
            return first.name().orElse("");
        }
        StringBuilder operator = new StringBuilder();
        for (SqlToken token = first; token.kind() == Kind.SYMBOL && !token.is(")"); token = tokens.from(token.end())) {
            operator.append(token.text());
        }
        return operator.toString();
    }

    private boolean startsSearchPath(SqlToken token) {
        boolean starts = (token.is("=") || token.isWord("to")) && last.isWord("search_path");
        inSearchPath |= starts;
        return starts;
    }

    private Optional<String> inSearchPath(SqlToken token) {
        if (token.kind() == Kind.TEXT) {
            return names.target(token.content()).map(SchemaNames::quoted);
        }
        boolean listed = last.is("=") || last.isWord("to") || last.is(",");
        inSearchPath = token.is("=") || token.isWord("to") || token.is(",") || listed;
        return listed ? token.name().flatMap(names::target).map(SchemaNames::quoted) : Optional.empty();
    }

    private boolean isReadAsName(SqlToken token) {
        return isCastToName(token) || (last.is("(") && isSequenceFunction(beforeLast));
    }

    private static boolean isSequenceFunction(SqlToken token) {
        return token.kind() == Kind.WORD
                && SEQUENCE_FUNCTIONS.contains(token.text().toLowerCase(Locale.ROOT));
    }

    private boolean isCastToName(SqlToken token) {
        SqlToken colon = tokens.from(token.end());
        SqlToken second = tokens.from(colon.end());
        if (!colon.is(":") || !second.is(":")) {
            return false;
        }
        SqlToken type = tokens.from(second.end());
        if (type.isWord("pg_catalog")) {
            type = tokens.from(tokens.from(type.end()).end());
        }
        return type.kind() == Kind.WORD && NAME_TYPES.contains(type.text().toLowerCase(Locale.ROOT));
    }

    private String text(SqlToken token) {
        return "'" + of(token.content(), names).replace("'", "''") + "'";
    }
}
