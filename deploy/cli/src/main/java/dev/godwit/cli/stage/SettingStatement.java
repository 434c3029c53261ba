package dev.godwit.cli.stage;

import dev.godwit.cli.Failure;
import java.util.Locale;
import java.util.Set;

/**
 * A {@code SET} of a dump: settings that decide how texts are read are obeyed, or refused where they cannot be; all others are about the session of whoever
 * restores the dump, and that is ours.
 */
record SettingStatement(String name, String value) {
    /** Obeyed: the meaning of texts in the dump hangs on them. */
    private static final Set<String> OBEYED =
            Set.of("intervalstyle", "timezone", "xmloption", "lc_monetary", "lc_numeric", "lc_time");
    /** What pg_dump writes for the sake of its own restore. */
    private static final Set<String> ORDINARY = Set.of(
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "transaction_timeout",
            "check_function_bodies",
            "client_min_messages",
            "row_security",
            "default_tablespace",
            "default_table_access_method",
            "default_with_oids",
            "default_toast_compression",
            "escape_string_warning",
            "session",
            "role");

    private static final Set<String> UTF8 = Set.of("utf8", "utf-8", "unicode");

    static SettingStatement of(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        SqlToken name = tokens.from(tokens.from(0).end());
        if (name.isWord("local")
                || (name.isWord("session") && !tokens.from(name.end()).isWord("authorization"))) {
            name = tokens.from(name.end());
        }
        SqlToken sign = tokens.from(name.end());
        boolean named = name.isWord("time") && sign.isWord("zone");
        String value = sql.substring(sign.end()).strip();
        String plain = value.length() > 1 && value.startsWith("'") ? value.substring(1, value.length() - 1) : value;
        return new SettingStatement(named ? "timezone" : name.text().toLowerCase(Locale.ROOT), plain);
    }

    /**
     * True when the statement must be passed on.
     *
     * @throws Failure (usage) when texts would be read in another way than the dump means
     */
    boolean mustBeObeyed(long line) {
        String said = value.toLowerCase(Locale.ROOT);
        boolean asMeant =
                switch (name) {
                    case "client_encoding" -> UTF8.contains(said);
                    case "standard_conforming_strings" -> said.equals("on") || said.equals("true");
                    case "datestyle" -> said.startsWith("iso");
                    default -> true;
                };
        if (!asMeant) {
            throw Failure.usage("line " + line + ": " + name + " is " + value + "; stage reads dumps in UTF-8 with"
                    + " standard_conforming_strings on and ISO dates, as pg_dump --encoding=UTF8 writes them");
        }
        return OBEYED.contains(name) || name.equals("datestyle");
    }

    /** True when leaving it out is not worth a word. */
    boolean isOrdinary() {
        return ORDINARY.contains(name) || name.equals("client_encoding") || name.equals("standard_conforming_strings");
    }
}
