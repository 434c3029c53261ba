package dev.godwit.audit.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged service in a process of its own, with the heap that it must be content with. */
public final class AuditProcess implements AutoCloseable {

    /** A setting: the file in which, and nowhere else, the service looks for names of hosts. */
    public static final String HOSTS = "test.hosts";

    /** A setting: what its groups of consumers are called, which no other process is in; so it waits for none that has gone, and reads all topics from the beginning. */
    public static final String GROUP = "test.group";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final URI base;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private AuditProcess(Process process, URI base) {
        this.process = process;
        this.base = base;
    }

    /** Starts it against these servers; it may not be ready yet. */
    public static AuditProcess start(Map<String, String> settings) throws IOException {
        return start(settings, "none");
    }

    /** The same where callers must prove who they are, or need not. */
    public static AuditProcess start(Map<String, String> settings, String authentication) throws IOException {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-jar",
                        Path.of("target", "quarkus-app", "quarkus-run.jar")
                                .toAbsolutePath()
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/audit-process.log")));
        Map<String, String> environment = builder.environment();
        environment.put("GODWIT_AUDIT_DATABASE_HOST", settings.get("godwit.audit.database.host"));
        environment.put("GODWIT_AUDIT_DATABASE_PORT", settings.get("godwit.audit.database.port"));
        environment.put("GODWIT_AUDIT_DATABASE_NAME", settings.get("godwit.audit.database.name"));
        environment.put("GODWIT_AUDIT_DATABASE_USER", settings.get("godwit.audit.database.user"));
        environment.put("GODWIT_AUDIT_DATABASE_PASSWORD", settings.get("godwit.audit.database.password"));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", settings.get("kafka.bootstrap.servers"));
        environment.put("GODWIT_AUDIT_SIGNING_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        environment.put("GODWIT_AUTH", authentication);
        if (settings.containsKey(HOSTS)) {
            environment.put(
                    "JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + settings.get(HOSTS) + " -Dsun.net.inetaddr.ttl=0");
        }
        if (settings.containsKey(GROUP)) {
            List.of("RUNS", "OUTCOMES", "HEALTH")
                    .forEach(channel -> environment.put(
                            "MP_MESSAGING_INCOMING_" + channel + "_GROUP_ID", settings.get(GROUP) + "-" + channel));
        }
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        return new AuditProcess(builder.start(), URI.create("http://127.0.0.1:" + port));
    }

    /** Waits until it ends by itself; its exit code. */
    public int exitCode() {
        return process.onExit().orTimeout(1, TimeUnit.MINUTES).join().exitValue();
    }

    /** Ends it without a farewell. */
    public void kill() {
        Process ended = process.destroyForcibly()
                .onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        assertThat(ended.isAlive()).isFalse();
    }

    /** Waits until the readiness answers with this status. */
    public void readinessMustBecome(int status) {
        await().atMost(Duration.ofMinutes(1)).ignoreExceptions().untilAsserted(() -> assertThat(
                        get("/q/health/ready").statusCode())
                .isEqualTo(status));
    }

    /** Waits until it says of a run that the database is away. */
    public void databaseMustBecomeUnavailable(String run) {
        await().atMost(Duration.ofMinutes(1)).ignoreExceptions().untilAsserted(() -> {
            HttpResponse<String> answer = get("/api/runs/" + run + "/report");
            assertThat(answer.body()).contains("database_unavailable");
            assertThat(answer.statusCode()).isEqualTo(503);
        });
    }

    /** Waits until the run's report is complete, then checks what it counts and that its chains hold. */
    public void reportMustBecomeComplete(String run, int migrated) throws IOException, InterruptedException {
        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> report(run).get("complete").asBoolean());
        JsonNode report = report(run);
        assertThat(report.get("counts").get("migrated").asInt()).isEqualTo(migrated);
        assertThat(report.get("chainsIntact").asBoolean()).isTrue();
    }

    @Override
    public void close() {
        process.destroy();
        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());
    }

    /** What it answers there. */
    public JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private JsonNode report(String run) throws IOException, InterruptedException {
        return JSON.readTree(get("/api/runs/" + run + "/report").body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
