package dev.godwit.cli.stage;

import dev.godwit.cli.stage.SqlToken.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first words of a statement and what they say that it is.
 *
 * @param words tokens with one blank between; keywords in small letters, names as they are written, texts without their content
 * @param what the kind of object that the statement is about, for the report; empty where the report has no use for it
 */
record Lead(String words, StatementKind kind, String what) {
    /** Enough for every rule, but for a COPY, whose list of columns comes before what matters. */
    private static final int TOKENS_MAX = 48;
    /** More than 1,600 columns with the longest names; the rows of a large INSERT are not looked at. */
    private static final int CHARACTERS_MAX = 1 << 18;

    private static final String NAME = "(?:\"(?:[^\"]|\"\")*\"|[^\\s\".,()]+)";
    private static final Pattern TABLE = Pattern.compile(
            "^(?:insert into|copy|create (?:unlogged )?table)(?: if not exists)?(?: only)? (?:(?<schema>" + NAME
                    + ") \\. )?(?<name>" + NAME + ")");
    private static final Pattern FIRST_NAME = Pattern.compile(
            "^(?: if not exists| concurrently| on)*" + " (?:(?<schema>" + NAME + ") \\. )?(?<name>" + NAME + ")");

    static Lead of(String sql) {
        SqlTokens tokens = new SqlTokens(sql.substring(0, Math.min(sql.length(), CHARACTERS_MAX)));
        StringBuilder words = new StringBuilder();
        SqlToken token = tokens.from(0);
        int most = token.isWord("copy") ? Integer.MAX_VALUE : TOKENS_MAX;
        for (int i = 0; i < most && token.kind() != Kind.END; i++) {
            words.append(words.length() == 0 ? "" : " ").append(word(token));
            token = tokens.from(token.end());
        }
        return StatementRule.lead(words.toString());
    }

    private static String word(SqlToken token) {
        return switch (token.kind()) {
            case WORD -> token.text().toLowerCase(Locale.ROOT);
            case TEXT -> token.content().equals("search_path") ? token.text() : "''";
            case DOLLAR_TEXT -> "''";
            default -> token.text();
        };
    }

    /** The schema of the table that rows go to or that is made, if the statement names one. */
    Optional<String> schema() {
        return group(TABLE, words, "schema");
    }

    /** The table that rows go to or that is made, without its schema. */
    String table() {
        return group(TABLE, words, "name").orElse("");
    }

    /** The name of what the statement makes, as it is written. */
    String madeName() {
        int at = words.indexOf(what);
        return at < 0
                ? ""
                : group(FIRST_NAME, words.substring(at + what.length()), "name").orElse("");
    }

    /** The name that the pattern's group finds in the words, as PostgreSQL understands it. */
    static Optional<String> group(Pattern pattern, String words, String group) {
        Matcher found = pattern.matcher(words);
        return found.find() ? Optional.ofNullable(found.group(group)).map(Lead::unquoted) : Optional.empty();
    }

    private static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }
}
