package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.kubernetes.Manifests;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where alerts and dashboards have their figures from: services that are scraped, and queries that databases answer. */
@ExtendWith(LiveStackExtension.class)
public class MetricsIT {
    /** Of every service on Quarkus. */
    public static final Set<String> OF_EVERY_SERVICE =
            Set.of("http_server_requests_seconds_count", "jvm_memory_used_bytes");

    private final LiveStack live;

    MetricsIT(LiveStack live) {
        this.live = live;
    }

    @Test
    void shouldShowWhatServicesShow() throws IOException, InterruptedException {
        for (String url : Set.of(
                live.stack().describe().migration().urls().get(0),
                live.stack().describe().audit().url())) {
            get(url + "/api/runs");
            String metrics = get(url + "/q/metrics");

            assertThat(OF_EVERY_SERVICE).allSatisfy(name -> assertThat(metrics).contains("\n" + name + "{"));
        }
    }

    private String get(String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header(
                        "Authorization",
                        "Bearer " + live.stack().describe().token().orElseThrow())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void shouldAnswerTheQueriesOfTheTrail() throws SQLException, IOException {
        answers(
                "queries-trail.yaml",
                DatabaseUrl.parse(live.stack().describe().audit().databaseUrl()),
                Files.readString(Home.find().root().resolve("deploy/prometheus/grants-trail.sql")));
    }

    @Test
    void shouldAnswerTheQueriesOfTheApplication() throws SQLException {
        answers(
                "queries-application.yaml",
                DatabaseUrl.parse(live.stack().describe().database().url()),
                "");
    }

    /** In a transaction that is rolled back, as the tables' owner. */
    private static void answers(String file, DatabaseUrl database, String grants) throws SQLException {
        JsonNode queries = Manifests.read("../deploy/prometheus/" + file).get(0);
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(grants);
            for (Map.Entry<String, JsonNode> query : queries.properties()) {
                Set<String> described = new TreeSet<>();
                query.getValue().path("metrics").forEach(metric -> metric.properties()
                        .forEach(column -> described.add(column.getKey())));
                try (ResultSet rows =
                        statement.executeQuery(query.getValue().path("query").asText())) {
                    assertThat(columns(rows.getMetaData())).as(query.getKey()).isEqualTo(described);
                }
            }
            connection.rollback();
        }
    }

    private static Set<String> columns(ResultSetMetaData data) throws SQLException {
        Set<String> columns = new TreeSet<>();
        for (int i = 1; i <= data.getColumnCount(); i++) {
            columns.add(data.getColumnName(i));
        }
        return columns;
    }
}
