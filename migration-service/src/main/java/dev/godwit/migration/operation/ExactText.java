package dev.godwit.migration.operation;

import java.util.Set;

/** Values as texts that give the same value back, whatever session writes and reads them. */
public final class ExactText {

    /** Settings that this takes, for the transaction. */
    public static final String SETTINGS = """
            SELECT set_config('datestyle', 'ISO', true), set_config('intervalstyle', 'postgres', true),
                   set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)
            """;

    /** Types whose cast to text is their output function; of others there may be a cast that loses something. */
    private static final Set<String> PLAIN = Set.of(
            "text",
            "character varying",
            "json",
            "jsonb",
            "uuid",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "real",
            "double precision",
            "bytea",
            "date",
            "interval",
            "timestamp without time zone",
            "timestamp with time zone");

    private ExactText() {}

    /**
     * SQL for the text of a value. {@code format} calls the type's output function whatever casts there are; a composite value of nulls alone is a value, so nulls are counted.
     *
     * @param bareType without length and with domains resolved
     */
    public static String of(String value, String bareType) {
        return PLAIN.contains(bareType)
                ? value + "::text"
                : "CASE WHEN num_nulls(" + value + ") = 0 THEN format('%s', " + value + ") END";
    }
}
