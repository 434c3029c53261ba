package dev.godwit.cli.demo.courses;

import dev.godwit.cli.demo.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Both systems as they were at one moment.
 *
 * @param sums checksums of the rows of each table, by key
 * @param people what the map of people must say, computed here from what the legacy system says
 * @param map what it says
 */
record CourseTables(Map<String, Map<String, String>> sums, Map<String, Person> people, Map<String, Person> map) {

    /** Tables of the new application, those first that others refer to. */
    static final List<String> NEW = List.of(
            "legacy_user_map",
            "courses",
            "memberships",
            "units",
            "modules",
            "sections",
            "releases",
            "materials",
            "tasks",
            "blobs",
            "submissions");

    static final String MAP = "public.legacy_user_map";

    private static final ZoneId WALL = ZoneId.of("Europe/Berlin");

    private static final List<String> LEGACY = List.of(
            "users",
            "courses",
            "memberships",
            "units",
            "modules",
            "sections",
            "releases",
            "materials",
            "tasks",
            "blobs",
            "submissions",
            "sessions");

    /** Somebody, as the new application knows them. */
    record Person(String sub, int legacyId, String email, String name, OffsetDateTime since) {}

    static List<String> all() {
        return Stream.concat(
                        LEGACY.stream().map(name -> "legacy." + name),
                        NEW.stream().map(name -> "public." + name))
                .toList();
    }

    static CourseTables read(Connection connection) throws SQLException {
        Sql sql = new Sql(connection);
        return sql.atOneMoment(() -> {
            CourseTables tables = new CourseTables(new TreeMap<>(), new HashMap<>(), new HashMap<>());
            for (String table : all()) {
                Map<String, String> rows = new HashMap<>();
                String key = table.equals(MAP) ? "sub" : "id::text";
                sql.each(
                        "SELECT " + key + " AS key, md5(t::text) AS sum FROM " + table + " AS t",
                        row -> rows.put(row.getString("key"), row.getString("sum")));
                tables.sums.put(table, rows);
            }
            sql.each(
                    "SELECT subject, id, email, full_name, created_at FROM legacy.users WHERE subject IS NOT NULL ORDER BY id",
                    row -> tables.expect(
                            row.getString("subject").strip(),
                            row.getInt("id"),
                            row.getString("email"),
                            row.getString("full_name"),
                            row.getObject("created_at", LocalDateTime.class)));
            sql.each(
                    "SELECT sub, legacy_id, email, display_name, created_at FROM legacy_user_map",
                    row -> tables.map.put(
                            row.getString("sub"),
                            new Person(
                                    row.getString("sub"),
                                    row.getInt("legacy_id"),
                                    row.getString("email"),
                                    row.getString("display_name"),
                                    row.getObject("created_at", OffsetDateTime.class))));
            return tables;
        });
    }

    /** Said once more in other words than the migration's. Of two with one subject, the first is meant. */
    private Person expect(String sub, int id, String email, String name, LocalDateTime since) {
        OffsetDateTime moment = since.atZone(WALL)
                .withLaterOffsetAtOverlap()
                .toOffsetDateTime()
                .withOffsetSameInstant(java.time.ZoneOffset.UTC);
        String plain = name.endsWith(" (teacher)") ? name.substring(0, name.lastIndexOf(" (")) : name;
        return people.putIfAbsent(sub, new Person(sub, id, email.toLowerCase(Locale.ROOT), plain, moment));
    }

    /** Checksums of a table's rows by key. */
    Map<String, String> rows(String table) {
        return sums.get(table);
    }

    Set<String> keys(String table) {
        return new TreeSet<>(rows(table).keySet());
    }

    int rowCount() {
        return sums.values().stream().mapToInt(Map::size).sum();
    }

    /** One checksum of all rows of a table, whatever their order. */
    String checksum(String table) {
        long sum = rows(table).values().stream()
                .mapToLong(row -> Long.parseUnsignedLong(row, 0, 16, 16) ^ Long.parseUnsignedLong(row, 16, 32, 16))
                .sum();
        return String.format("%016x", sum);
    }
}
