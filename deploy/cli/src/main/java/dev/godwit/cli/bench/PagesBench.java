package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.Definitions;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.measure.Latencies;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Fills the trail with runs that never were, as many as a busy year has, and asks for every page of the dashboard again and again. */
final class PagesBench {

    /**
     * @param outcomes of all runs together
     * @param migrations in the graph, and a tenth as many with measures of a week
     * @param requests of each page, after half as many that warm it up
     */
    record Options(int runs, long outcomes, int migrations, int requests) {}

    /** How long a page took, from the request to its last byte. */
    record Page(String name, Latencies latencies, long bytes) {}

    private static final int PER_EVENT = 500;
    private static final Duration ARRIVAL = Duration.ofMinutes(10);

    /** A round every half minute, of six measures; as it would have come in by the topic. */
    private static final String MEASURES = """
            INSERT INTO health_measure (event_id, name, migration, turn, built_in, unit, value, state, worse, warn, critical, occurred_at)
            SELECT md5('bench ' || m || ' ' || turn)::uuid, 'measure-' || n, 'bench-' || m, turn, false, 'percent',
                   90 + 10 * sin(turn / 300.0 + n), 'ok', 'lower', 80, 50, now() - (20160 - turn) * interval '30 seconds'
              FROM generate_series(1, ?) AS m, generate_series(1, 20160) AS turn, generate_series(1, 6) AS n
                ON CONFLICT DO NOTHING
            """;

    private static final String LATEST = """
            INSERT INTO health_latest (migration, event_id, turn, state, every_seconds, occurred_at)
            SELECT 'bench-' || m, md5('bench ' || m || ' 20160')::uuid, 20160, 'ok', 3600, now()
              FROM generate_series(1, ?) AS m
                ON CONFLICT DO NOTHING
            """;

    private static final String FORGET = """
            DELETE FROM health_latest WHERE migration ~ '^bench-[0-9]+$';
            DELETE FROM health_measure WHERE migration ~ '^bench-[0-9]+$'
            """;

    private static final String DEFINITION = """
            migration: %s
            depends-on: [%s]
            rekey:
              table: bench.documents
              key: id
              to: uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', user_id::text || ':' || file_sha256)
            """;

    private final Stack stack;
    private final Options options;
    private final Consumer<String> progress;

    PagesBench(Stack stack, Options options, Consumer<String> progress) {
        this.stack = stack;
        this.options = options;
        this.progress = progress;
    }

    PagesResult run() throws SQLException, IOException {
        StackDescription description = stack.describe();
        try (Connection trail =
                DatabaseUrl.parse(description.audit().databaseUrl()).connect()) {
            String run = fill(description);
            measures(trail);
            progress.accept("defining " + options.migrations() + " migrations");
            Definitions definitions = new Definitions(
                    MigrationClient.of(description),
                    Path.of(description.migration().directory()));
            Map<String, String> graph = graph();
            definitions.install(graph);
            try {
                return new PagesResult(options, ask(description, pages(trail, run)));
            } finally {
                for (String migration : graph.keySet()) {
                    definitions.remove(migration);
                }
                Contest.execute(trail, FORGET);
            }
        }
    }

    /** Answers the last of the runs. */
    private String fill(StackDescription description) {
        progress.accept("filling the trail with " + options.runs() + " runs and " + options.outcomes() + " outcomes");
        String run = "";
        for (int i = 0; i < options.runs(); i++) {
            run = "bench-" + UUID.randomUUID().toString().substring(0, 8);
            try (OutcomeLoad load = new OutcomeLoad(description.kafka().bootstrapServers(), run)) {
                load.publish(options.outcomes() / options.runs(), PER_EVENT);
            }
        }
        if (!AuditClient.of(description)
                .completeReport(run, ARRIVAL)
                .path("complete")
                .asBoolean()) {
            throw Failure.failed("the trail was not complete within " + ARRIVAL.toMinutes() + " minutes");
        }
        return run;
    }

    private void measures(Connection trail) throws SQLException {
        progress.accept("measures of a week");
        for (String sql : List.of(MEASURES, LATEST)) {
            try (PreparedStatement statement = trail.prepareStatement(sql)) {
                statement.setInt(1, Math.max(1, options.migrations() / 10));
                statement.executeUpdate();
            }
        }
        Contest.execute(trail, "ANALYZE health_measure");
    }

    /** A tangle: everything depends on what came three before, and every fourth on its neighbour too. */
    private Map<String, String> graph() {
        Map<String, String> graph = new LinkedHashMap<>();
        for (int i = 0; i < options.migrations(); i++) {
            List<String> parents = new ArrayList<>();
            if (i >= 3) {
                parents.add(migration(i - 3));
            }
            if (i % 4 == 3) {
                parents.add(migration(i - 1));
            }
            graph.put(migration(i), DEFINITION.formatted(migration(i), String.join(", ", parents)));
        }
        return graph;
    }

    private static String migration(int number) {
        return "bench-page-" + number;
    }

    private static Map<String, String> pages(Connection trail, String run) throws SQLException {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "/");
        pages.put("run", "/runs/" + run);
        pages.put("outcomes", "/runs/" + run + "/outcomes");
        pages.put("outcomes, conflicts", "/runs/" + run + "/outcomes?outcome=conflict");
        pages.put("entity", "/entities?table=bench.documents&key=" + key(trail, run));
        pages.put("graph", "/graph");
        pages.put("health, 1 h", "/health?hours=1");
        pages.put("health, 6 h", "/health?hours=6");
        pages.put("health, 24 h", "/health?hours=24");
        pages.put("health, a week", "/health?hours=168");
        pages.put("integrity", "/integrity");
        return pages;
    }

    private static String key(Connection trail, String run) throws SQLException {
        try (PreparedStatement statement =
                trail.prepareStatement("SELECT key FROM trail_outcome WHERE run = ? LIMIT 1")) {
            statement.setString(1, run);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getString(1);
            }
        }
    }

    /** All pages in turn, so that a machine that gets slower meanwhile favours none. */
    private List<Page> ask(StackDescription description, Map<String, String> pages) throws IOException {
        progress.accept("asking for every page " + options.requests() + " times");
        RestClient rest =
                new RestClient("audit-service", List.of(description.audit().url()), description.token());
        for (int i = 0; i < options.requests() / 2; i++) {
            for (String path : pages.values()) {
                fetch(rest, path);
            }
        }
        Map<String, Latencies> latencies = new LinkedHashMap<>();
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (int i = 0; i < options.requests(); i++) {
            for (Map.Entry<String, String> page : pages.entrySet()) {
                long start = System.nanoTime();
                bytes.put(page.getKey(), fetch(rest, page.getValue()));
                latencies
                        .computeIfAbsent(page.getKey(), name -> new Latencies())
                        .add(System.nanoTime() - start);
            }
        }
        return latencies.entrySet().stream()
                .map(page -> new Page(page.getKey(), page.getValue(), bytes.get(page.getKey())))
                .toList();
    }

    private static long fetch(RestClient rest, String path) throws IOException {
        try (InputStream body = rest.stream(path, "text/html")) {
            return body.readAllBytes().length;
        }
    }
}
