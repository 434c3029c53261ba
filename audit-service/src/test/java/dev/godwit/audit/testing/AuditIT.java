package dev.godwit.audit.testing;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.restassured.RestAssured;
import io.restassured.builder.RequestSpecBuilder;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests of the running service share: a run of their own, and a way to the broker and to the database. */
@QuarkusTestResource(Infrastructure.class)
public abstract class AuditIT {

    /** By which requests of tests are known as an admin's. */
    protected static final String AUTHORIZATION = "Bearer " + TestTokens.ADMIN;

    /** A run that no other test knows. */
    protected final String id = "r" + UUID.randomUUID().toString().substring(0, 8);

    /** Its events. */
    protected final TestRun run = new TestRun(id, "commit");

    /** The broker. */
    protected Wire wire;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "test.superuser.url")
    String superuserUrl;

    @ConfigProperty(name = "test.neighbours.url")
    String neighboursUrl;

    /** What neighbours were asked for on paths that end so, oldest first. */
    protected List<Neighbours.Asked> asked(String end) {
        return Arrays.stream(given().get(neighboursUrl + Neighbours.ASKED).as(Neighbours.Asked[].class))
                .filter(each -> each.path().endsWith(end))
                .toList();
    }

    @BeforeEach
    void connect() {
        RestAssured.requestSpecification = new RequestSpecBuilder()
                .addHeader("Authorization", AUTHORIZATION)
                .build();
        wire = new Wire(bootstrapServers);
    }

    @AfterEach
    void disconnect() {
        RestAssured.requestSpecification = null;
        wire.close();
    }

    /** Waits until the report is complete and has counted so many migrated entities. */
    protected void reportMustBecomeComplete(int migrated) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> given().get("/api/runs/{id}/report", id)
                .then()
                .statusCode(200)
                .body("complete", equalTo(true))
                .body("counts.migrated", equalTo(migrated)));
    }

    /** A session of a superuser; the caller closes it. */
    protected Connection superuser() throws SQLException {
        return DriverManager.getConnection(superuserUrl);
    }

    /** Changes the database as a superuser can who leaves the triggers on. */
    protected void asSuperuser(String sql) throws SQLException {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Changes the database as nobody should: as superuser, with triggers off. */
    protected void tamper(String sql) throws SQLException {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute(sql);
        }
    }
}
