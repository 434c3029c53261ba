package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.StackDescription;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** audit-service's REST interface. */
public final class AuditClient {
    private static final long PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    private final RestClient rest;

    /** @param token as for {@link RestClient} */
    public AuditClient(String url, Optional<String> token) {
        this.rest = new RestClient("audit-service", List.of(url), token);
    }

    /** The service of a local stack, asked as its owner. */
    public static AuditClient of(StackDescription stack) {
        return new AuditClient(stack.audit().url(), stack.token());
    }

    public String url() {
        return rest.url();
    }

    public JsonNode report(String run) {
        return rest.get(reportPath(run));
    }

    /** The outcomes of a run as CSV, streamed; the caller closes it. */
    public InputStream reportCsv(String run) {
        return rest.stream(reportPath(run) + "?format=csv", "text/csv");
    }

    /** What was recorded as applied elsewhere, newest first. */
    public JsonNode stamps() {
        return rest.get("/api/stamps");
    }

    /** The story of one entity across its ids. */
    public JsonNode trace(String table, String key) {
        return rest.get("/api/trace?table=" + RestClient.encode(table) + "&key=" + RestClient.encode(key));
    }

    /**
     * The report of a run that has ended, as soon as everything that the run said has arrived in the trail. When the time is up, the report
     * as it is then: its {@code complete} tells. A run that the trail has not heard of yet is waited for too.
     *
     * @throws Failure when there is no report of that run at all
     */
    public JsonNode completeReport(String run, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean last = System.nanoTime() >= deadline;
            try {
                JsonNode report = report(run);
                if (last || report.path("complete").asBoolean()) {
                    return report;
                }
            } catch (Failure failure) {
                if (last || failure.isUnreachable()) {
                    throw failure;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw Failure.failed("interrupted; the trail of run " + run + " goes on to come in without us");
            }
        }
    }

    /** The trail held against all signed checkpoints, and which runs it knows. */
    public JsonNode integrity() {
        return rest.get("/api/integrity");
    }

    /** A run's trail as a signed bundle, streamed; the caller closes it. */
    public InputStream bundle(String run) {
        return rest.stream("/api/runs/" + RestClient.encode(run) + "/bundle", "application/vnd.godwit.bundle");
    }

    /** Takes a key out of the trail, and answers how many outcomes told of it. */
    public JsonNode redact(String table, String key, List<String> groupColumns, String requestedBy, String reason) {
        ObjectNode wanted = RestClient.JSON
                .createObjectNode()
                .put("table", table)
                .put("key", key)
                .put("requestedBy", requestedBy)
                .put("reason", reason);
        groupColumns.forEach(wanted.putArray("groupColumns")::add);
        return rest.post("/api/redactions", wanted);
    }

    /** The report as a page to print, streamed; the caller closes it. */
    public InputStream reportHtml(String run) {
        return rest.stream(reportPath(run) + "?format=html", "text/html");
    }

    /**
     * Has the service compute the chains of a run again from its rows, piece by piece; each piece is told.
     *
     * @return in how many places they do not hold
     */
    public long checkRun(String run, Consumer<JsonNode> reader) {
        String path = "/api/runs/" + RestClient.encode(run) + "/integrity";
        long findings = 0;
        String next = "";
        do {
            JsonNode piece = rest.get(path + "?after=" + RestClient.encode(next));
            reader.accept(piece);
            findings += piece.path("findings").size();
            next = piece.path("next").asText("");
        } while (!next.isEmpty());
        return findings;
    }

    private static String reportPath(String run) {
        return "/api/runs/" + RestClient.encode(run) + "/report";
    }
}
