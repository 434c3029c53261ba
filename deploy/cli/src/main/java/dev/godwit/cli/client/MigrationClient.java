package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.stack.StackDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** migration-service's REST interface. */
public final class MigrationClient {
    /** Runs that the service gives at once at most. */
    private static final int PAGE = 500;

    private final RestClient rest;

    /**
     * @param urls of all instances; any one of them will do
     * @param token as for {@link RestClient}
     */
    public MigrationClient(List<String> urls, Optional<String> token) {
        this.rest = new RestClient("migration-service", urls, token);
    }

    /** The service of a local stack, asked as its owner. */
    public static MigrationClient of(StackDescription stack) {
        return new MigrationClient(stack.migration().urls(), stack.token());
    }

    public JsonNode migrations() {
        return rest.get("/api/migrations");
    }

    public JsonNode migration(String name) {
        return rest.get("/api/migrations/" + RestClient.encode(name));
    }

    /** Every SQL statement that a run of this migration would send. */
    public JsonNode explain(String name) {
        return rest.get("/api/migrations/" + RestClient.encode(name) + "/explain");
    }

    public JsonNode definitionErrors() {
        return rest.get("/api/definitions/errors");
    }

    public JsonNode doctor(Optional<String> migration) {
        return rest.get("/api/doctor"
                + migration.map(name -> "?migration=" + RestClient.encode(name)).orElse(""));
    }

    /** The newest measures of all migrations, or of one. */
    public JsonNode health(Optional<String> migration) {
        return rest.get("/api/health"
                + migration.map(name -> "?migration=" + RestClient.encode(name)).orElse(""));
    }

    /** The measures of a migration, taken now. */
    public JsonNode healthNow(String migration) {
        return rest.get("/api/health?now=true&migration=" + RestClient.encode(migration));
    }

    /** Migrates and restores so many entities, each in a transaction that is rolled back; the service's default without a number. */
    public JsonNode rehearse(String migration, Optional<Integer> sample) {
        ObjectNode body = RestClient.JSON.createObjectNode();
        sample.ifPresent(entities -> body.put("sample", entities));
        return rest.post("/api/migrations/" + RestClient.encode(migration) + "/rehearse", body);
    }

    /** Whether the service says that its database is a copy, made to rehearse on. */
    public JsonNode rehearsal() {
        return rest.get("/api/rehearsal");
    }

    public JsonNode ids(String table, String key) {
        return rest.get("/api/ids?table=" + RestClient.encode(table) + "&key=" + RestClient.encode(key));
    }

    /** All runs, newest first, page by page. */
    public List<Run> runs() {
        Map<String, Run> all = new LinkedHashMap<>();
        Optional<String> after = Optional.empty();
        int known = -1;
        // A service that knows no pages gives the same one again.
        while (all.size() > known && all.size() % PAGE == 0) {
            known = all.size();
            runs(Optional.empty(), after, PAGE).forEach(run -> all.put(run.id(), run));
            after = all.keySet().stream().reduce((earlier, later) -> later);
        }
        return List.copyOf(all.values());
    }

    /**
     * A page of runs, newest first.
     *
     * @param migration only its runs
     * @param after the last run of the page before
     */
    public List<Run> runs(Optional<String> migration, Optional<String> after, int limit) {
        StringBuilder path = new StringBuilder("/api/runs?limit=").append(limit);
        migration.ifPresent(name -> path.append("&migration=").append(RestClient.encode(name)));
        after.ifPresent(run -> path.append("&after=").append(RestClient.encode(run)));
        List<Run> page = new ArrayList<>();
        rest.get(path.toString()).forEach(run -> page.add(new Run(run)));
        return page;
    }

    public Run run(String id) {
        return new Run(rest.get("/api/runs/" + RestClient.encode(id)));
    }

    public JsonNode plan(String run) {
        return rest.get("/api/runs/" + RestClient.encode(run) + "/plan");
    }

    /** Asks for a run and returns it as it begins. */
    public Run start(RunRequest request) {
        return new Run(rest.post("/api/runs", request.toJson()));
    }

    /** How fast a run may go, what holds it back, and every signal. */
    public JsonNode pace(String run) {
        return rest.get("/api/runs/" + RestClient.encode(run) + "/pace");
    }

    /** Changes what is said of it, and answers the same. */
    public JsonNode changePace(
            String run,
            Optional<String> level,
            Optional<String> onlyBetween,
            boolean anyTime,
            String requestedBy,
            Optional<String> reason) {
        ObjectNode body = body(requestedBy, reason).put("anyTime", anyTime);
        level.ifPresent(name -> body.put("pace", name));
        onlyBetween.ifPresent(hours -> body.put("onlyBetween", hours));
        return rest.post("/api/runs/" + RestClient.encode(run) + "/pace", body);
    }

    /** @param command pause, resume, cancel, complete, verify or forget */
    public Run command(String run, String command, String requestedBy, Optional<String> reason) {
        return new Run(rest.post("/api/runs/" + RestClient.encode(run) + "/" + command, body(requestedBy, reason)));
    }

    /** Undoes a run. Without {@code commit} nothing is written and the answer tells, per table, what would be. */
    public JsonNode rollback(String run, boolean commit, String requestedBy, Optional<String> reason) {
        ObjectNode body = body(requestedBy, reason).put("commit", commit);
        return rest.post("/api/runs/" + RestClient.encode(run) + "/rollback", body);
    }

    /** Records a migration as applied elsewhere, or takes that back. */
    public JsonNode stamp(String migration, boolean remove, String requestedBy, Optional<String> reason) {
        ObjectNode body = body(requestedBy, reason).put("remove", remove);
        return rest.post("/api/migrations/" + RestClient.encode(migration) + "/stamp", body);
    }

    /** Asks for migrations and whatever they depend on; answers the series as it begins. */
    public Series startSeries(
            List<String> migrations,
            boolean commit,
            boolean follow,
            Optional<String> pace,
            String requestedBy,
            Optional<String> reason,
            Optional<String> commandId) {
        ObjectNode body = body(requestedBy, reason)
                .put("mode", commit ? "commit" : "plan")
                .put("follow", follow);
        pace.ifPresent(level -> body.put("pace", level));
        migrations.forEach(body.putArray("migrations")::add);
        commandId.ifPresent(id -> body.put("commandId", id));
        return new Series(rest.post("/api/series", body));
    }

    public Series series(String id) {
        return new Series(rest.get("/api/series/" + RestClient.encode(id)));
    }

    /** The newest, each with its members. */
    public List<Series> allSeries() {
        List<Series> all = new ArrayList<>();
        rest.get("/api/series").forEach(series -> all.add(new Series(series)));
        return all;
    }

    /** No further run of it is started; one that is in hand goes on. */
    public Series cancelSeries(String id, String requestedBy, Optional<String> reason) {
        return new Series(rest.post("/api/series/" + RestClient.encode(id) + "/cancel", body(requestedBy, reason)));
    }

    private static ObjectNode body(String requestedBy, Optional<String> reason) {
        ObjectNode body = RestClient.JSON.createObjectNode().put("requestedBy", requestedBy);
        reason.ifPresent(text -> body.put("reason", text));
        return body;
    }
}
