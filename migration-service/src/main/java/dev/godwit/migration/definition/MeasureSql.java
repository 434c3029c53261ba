package dev.godwit.migration.definition;

import java.util.regex.Pattern;

/** The query of a measure or a figure, made fit to be asked: at most two rows come back, however many it yields, and {@code entity} is there if it reads it. */
public final class MeasureSql {

    /** The name under which entities are read. */
    public static final String ENTITY = "entity";

    /** A mention in a text or in quotes is none; one too many only costs time. */
    private static final Pattern MENTIONED =
            Pattern.compile("(?<![\\w\".$'])" + ENTITY + "(?![\\w\"$'(])", Pattern.CASE_INSENSITIVE);

    private MeasureSql() {}

    /** Whether the query reads {@code entity}. */
    public static boolean readsEntities(String sql) {
        return MENTIONED.matcher(sql).find();
    }

    /** The query by itself. */
    public static String alone(String sql) {
        return "SELECT *\n  FROM (\n" + sql + "\n) AS measure\n LIMIT 2";
    }

    /** The query over what {@code entities} selects. */
    public static String over(String entities, String sql) {
        return "WITH " + ENTITY + " AS (\n" + entities + "\n)\n" + alone(sql);
    }
}
