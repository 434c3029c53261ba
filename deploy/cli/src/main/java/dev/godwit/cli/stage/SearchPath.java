package dev.godwit.cli.stage;

import dev.godwit.cli.Failure;
import dev.godwit.cli.stage.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;

/** The schemas that a dump's {@code SET search_path} or {@code set_config('search_path', …)} means, as schemas of the database. */
final class SearchPath {
    private SearchPath() {}

    /** @throws Failure (usage) when it names a schema of which nobody said where it goes */
    static List<String> of(String sql, SchemaNames names, long line) {
        List<String> schemas = new ArrayList<>();
        for (String schema : written(sql)) {
            if (schema.equals("pg_catalog")) {
                schemas.add(schema);
            } else if (!schema.equals("$user")) {
                schemas.add(names.target(schema)
                        .orElseThrow(() -> Failure.usage("line " + line + ": names are looked for in schema " + schema
                                + "; say where it goes: --also " + schema + "=NAME")));
            }
        }
        return schemas;
    }

    private static List<String> written(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        SqlToken token = tokens.from(0);
        boolean isCall = token.isWord("select");
        while (token.kind() != Kind.END && !token.is(isCall ? "," : "=") && !token.isWord("to")) {
            token = tokens.from(token.end());
        }
        if (isCall) {
            return names(new SqlTokens(tokens.from(token.end()).content()), 0);
        }
        return names(tokens, token.end());
    }

    private static List<String> names(SqlTokens tokens, int position) {
        List<String> names = new ArrayList<>();
        for (SqlToken token = tokens.from(position); token.kind() != Kind.END; token = tokens.from(token.end())) {
            if (token.kind() == Kind.TEXT) {
                names.add(token.content());
            } else {
                token.name().ifPresent(names::add);
            }
        }
        names.removeIf(String::isEmpty);
        return names;
    }
}
