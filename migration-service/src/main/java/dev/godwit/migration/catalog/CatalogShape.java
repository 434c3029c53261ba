package dev.godwit.migration.catalog;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What tables look like at one moment, as far as it matters to whoever writes them: names, columns, constraints, triggers, policies, and foreign keys from elsewhere. Partitions,
 * plain indexes and sizes are left out: they come and go without harm.
 *
 * @param oids the tables
 * @param apart names of check constraints that are the run's own business
 * @param digest of all parts
 * @param parts by a name that a renaming leaves as it is; of the same table, all begin alike
 */
public record CatalogShape(List<Long> oids, List<String> apart, String digest, Map<String, Part> parts) {

    private static final String TABLE = "table";

    /** As many elements as the planner takes an array for that it does not know, and two more. */
    private static final int OIDS_MIN = 12;

    /**
     * A table, or something that belongs to one.
     *
     * @param value what is compared
     * @param shown of {@code value}, what people understand; may be empty
     */
    public record Part(String kind, String table, String name, String value, String shown) {

        private String called() {
            return kind.equals(TABLE) ? kind + " " + name : kind + " " + name + " of " + table;
        }
    }

    public CatalogShape {
        oids = List.copyOf(oids);
        apart = List.copyOf(apart);
    }

    /** Reads the tables of these OIDs; those that are not there have no parts. */
    public static Uni<CatalogShape> read(SqlConnection connection, List<Long> oids, List<String> apart) {
        return digest(connection, oids, apart).chain(digest -> query(connection, CatalogShapeSql.PARTS, oids, apart)
                .map(rows -> {
                    Map<String, Part> parts = new LinkedHashMap<>();
                    rows.forEach(row -> parts.put(row.getString("key"), part(row)));
                    return new CatalogShape(oids, apart, digest, parts);
                }));
    }

    /** The same tables as they are now. */
    public Uni<CatalogShape> readAgain(SqlConnection connection) {
        return read(connection, oids, apart);
    }

    /** Whether the tables still look like this. */
    public Uni<Boolean> holds(SqlConnection connection) {
        return digest(connection, oids, apart).map(digest::equals);
    }

    /**
     * Something that is another whenever the tables are, and now and then when they are not; a tenth of the cost. Every batch asks, so that planning, four fifths of it, is not to
     * be done each time: short arrays are filled up, or else PostgreSQL would find its plan for any array dearer than one for just this array.
     */
    public Uni<String> version(SqlConnection connection) {
        List<Long> filledUp = new ArrayList<>(oids);
        while (!oids.isEmpty() && filledUp.size() < OIDS_MIN) {
            filledUp.add(oids.get(0));
        }
        return connection
                .preparedQuery(CatalogShapeSql.VERSION)
                .execute(Tuple.of((Object) filledUp.toArray(Long[]::new)))
                .map(rows -> rows.iterator().next().getString("version"));
    }

    private static Uni<String> digest(SqlConnection connection, List<Long> oids, List<String> apart) {
        return query(connection, CatalogShapeSql.DIGEST, oids, apart)
                .map(rows -> rows.iterator().next().getString("digest"));
    }

    private static Uni<RowSet<Row>> query(SqlConnection connection, String sql, List<Long> oids, List<String> apart) {
        return connection.preparedQuery(sql).execute(Tuple.of(oids.toArray(Long[]::new), apart.toArray(String[]::new)));
    }

    private static Part part(Row row) {
        return new Part(
                row.getString("kind"),
                row.getString("label"),
                row.getString("name"),
                row.getString("value"),
                row.getString("shown"));
    }

    /** What is different now, each difference in words; empty when nothing is. */
    public List<String> differencesTo(CatalogShape now) {
        List<String> differences = new ArrayList<>();
        parts.forEach((key, before) -> {
            boolean tableThere = now.parts.containsKey(tableOf(key));
            Part after = now.parts.get(key);
            if (after == null && (tableThere || before.kind().equals(TABLE))) {
                differences.add(before.called() + " was dropped");
            } else if (after != null && !after.value().equals(before.value())) {
                differences.add(change(before, after));
            }
        });
        now.parts.forEach((key, part) -> {
            if (!parts.containsKey(key)) {
                differences.add(part.called() + " is new" + (part.shown().isEmpty() ? "" : " (" + part.shown() + ")"));
            }
        });
        return differences;
    }

    private static String tableOf(String key) {
        return key.substring(0, key.indexOf('/') + 1) + TABLE + "/";
    }

    private static String change(Part before, Part after) {
        if (!before.name().equals(after.name())) {
            return before.called() + " is called " + after.name() + " now";
        }
        return before.called()
                + (before.shown().equals(after.shown())
                        ? " was changed"
                        : " was " + before.shown() + " and is " + after.shown() + " now");
    }

    /** What {@link #fromJson} reads. */
    public JsonObject toJson() {
        JsonObject told = new JsonObject();
        parts.forEach((key, part) -> told.put(
                key,
                new JsonArray()
                        .add(part.kind())
                        .add(part.table())
                        .add(part.name())
                        .add(part.value())
                        .add(part.shown())));
        return new JsonObject()
                .put("oids", new JsonArray(oids))
                .put("apart", new JsonArray(apart))
                .put("digest", digest)
                .put("parts", told);
    }

    /** Reads what {@link #toJson} has written. */
    public static CatalogShape fromJson(JsonObject json) {
        Map<String, Part> parts = new LinkedHashMap<>();
        json.getJsonObject("parts").forEach(entry -> {
            JsonArray part = (JsonArray) entry.getValue();
            parts.put(
                    entry.getKey(),
                    new Part(
                            part.getString(0),
                            part.getString(1),
                            part.getString(2),
                            part.getString(3),
                            part.getString(4)));
        });
        return new CatalogShape(
                json.getJsonArray("oids").stream()
                        .map(oid -> ((Number) oid).longValue())
                        .toList(),
                json.getJsonArray("apart").stream().map(String::valueOf).toList(),
                json.getString("digest"),
                parts);
    }
}
