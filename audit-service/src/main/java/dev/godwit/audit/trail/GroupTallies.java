package dev.godwit.audit.trail;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Adds up the groups of several events, in the transaction that stores these. Where none has groups, nothing is asked of the database. */
final class GroupTallies {

    /** Rows are taken in key order, as those of tallies are. */
    private static final String COUNT = """
            INSERT INTO run_group AS g (run, digest, place, migrated, unchanged, skipped, conflict, failed, reverted, diverged)
            SELECT run, digest, place::jsonb, migrated, unchanged, skipped, conflict, failed, reverted, diverged
              FROM unnest(?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                AS c (run, digest, place, migrated, unchanged, skipped, conflict, failed, reverted, diverged)
             ORDER BY run, digest
                ON CONFLICT (run, digest) DO UPDATE
               SET migrated = g.migrated + excluded.migrated,
                   unchanged = g.unchanged + excluded.unchanged,
                   skipped = g.skipped + excluded.skipped,
                   conflict = g.conflict + excluded.conflict,
                   failed = g.failed + excluded.failed,
                   reverted = g.reverted + excluded.reverted,
                   diverged = g.diverged + excluded.diverged
            """;

    private static final String NAME = """
            INSERT INTO run_summary (run, columns)
            SELECT run, ARRAY(SELECT jsonb_array_elements_text(columns::jsonb))
              FROM unnest(?::text[], ?::text[]) AS s (run, columns)
             ORDER BY run
                ON CONFLICT DO NOTHING
            """;

    private GroupTallies() {}

    private record Place(String run, UUID digest) {}

    private record Named(String run, String columns) {}

    /** A group of a run, with what is to be added to it. */
    private static final class Sum {
        private final Place place;
        private final List<String> values;
        private final long[] counts = new long[Outcome.KINDS.size()];

        Sum(Place place, List<String> values) {
            this.place = place;
            this.values = values;
        }

        void add(EventGroups.Change change) {
            for (int kind = 0; kind < counts.length; kind++) {
                counts[kind] += change.counts().get(kind);
            }
        }
    }

    static void count(Connection connection, List<OutcomeEvent> events) throws SQLException {
        Map<Place, Sum> sums = new LinkedHashMap<>();
        Map<String, Named> names = new LinkedHashMap<>();
        for (OutcomeEvent event : events) {
            if (event.groups() != null) {
                names.putIfAbsent(
                        event.run(), new Named(event.run(), json(event.groups().columns())));
                for (EventGroups.Change change : event.groups().changes()) {
                    Place place = new Place(event.run(), uuid(change.digest()));
                    sums.computeIfAbsent(place, key -> new Sum(key, change.values()))
                            .add(change);
                }
            }
        }
        if (!sums.isEmpty()) {
            name(connection, List.copyOf(names.values()));
            count(connection, new ArrayList<>(sums.values()), Outcome.KINDS.size());
        }
    }

    private static void name(Connection connection, List<Named> names) throws SQLException {
        try (Columns<Named> columns = new Columns<>(connection, NAME, names)) {
            columns.add("text", Named::run).add("text", Named::columns).update();
        }
    }

    private static void count(Connection connection, List<Sum> sums, int kinds) throws SQLException {
        try (Columns<Sum> columns = new Columns<>(connection, COUNT, sums)) {
            columns.add("text", sum -> sum.place.run())
                    .add("uuid", sum -> sum.place.digest())
                    .add("text", sum -> json(sum.values));
            for (int i = 0; i < kinds; i++) {
                int kind = i;
                columns.add("int8", sum -> sum.counts[kind]);
            }
            columns.update();
        }
    }

    private static UUID uuid(byte[] digest) {
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private static String json(List<String> texts) {
        if (texts == null) {
            return null;
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array.toString();
    }
}
