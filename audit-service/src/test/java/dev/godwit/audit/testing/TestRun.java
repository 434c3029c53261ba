package dev.godwit.audit.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** A run's events, as migration-service writes them. */
public final class TestRun {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String id;
    private final String mode;

    /** A run that nobody has heard of. */
    public TestRun(String id, String mode) {
        this.id = id;
        this.mode = mode;
    }

    /** A change of state. */
    public TestEvent state(long version, String state, String previous) {
        return new TestEvent(
                UUID.randomUUID(), "godwit.runs", id, "dev.godwit.run.state-changed", data(version, state, previous));
    }

    /** Progress within a state. */
    public TestEvent progress(long version, String state, long done) {
        ObjectNode data = data(version, state, null);
        ((ObjectNode) data.get("progress")).put("entitiesDone", done).put("chunksDone", done / 10);
        return new TestEvent(UUID.randomUUID(), "godwit.runs", id, "dev.godwit.run.progress", data);
    }

    /** Progress of a run that something holds back. */
    public TestEvent held(long version, String reason) {
        TestEvent event = progress(version, "backfilling", 50);
        ((ObjectNode) event.data().get("throttle")).put("reason", reason);
        return event;
    }

    /** Somebody asks for another pace. */
    public TestEvent pace(String from, String to) {
        ObjectNode data = JSON.createObjectNode()
                .put("run", id)
                .put("migration", "documents-uuid5")
                .put("requestedBy", "bea")
                .put("reason", "the shop is <open>")
                .put("commandId", "c-2")
                .put("at", "2026-11-21T10:00:03Z");
        data.putObject("from").put("pace", from).putNull("onlyBetween");
        data.putObject("to").put("pace", to).put("onlyBetween", "22:00-06:00 UTC");
        return new TestEvent(UUID.randomUUID(), "godwit.runs", id, "dev.godwit.run.pace-changed", data);
    }

    /** The change of state that ends the run and names its streams. */
    public TestEvent end(long version, String state, TestChain... chains) {
        TestEvent event = state(version, state, "verifying");
        ArrayNode streams = event.data().putArray("streams");
        for (TestChain chain : chains) {
            streams.add(chain.end());
        }
        return event;
    }

    /** The change of state that ends the run and has one end for all its streams. */
    public TestEvent endOfAll(long version, String state, int streams, String hash) {
        TestEvent event = state(version, state, "verifying");
        event.data()
                .putArray("streams")
                .addObject()
                .put("stream", "*")
                .put("sequence", streams)
                .put("hash", hash);
        return event;
    }

    private ObjectNode data(long version, String state, String previous) {
        ObjectNode data = JSON.createObjectNode()
                .put("run", id)
                .put("migration", "documents-uuid5")
                .put("operation", "rekey")
                .put("mode", mode)
                .put("state", state)
                .put("previousState", previous)
                .putNull("reason")
                .put("requestedBy", "anna")
                .put("commandId", "c-1")
                .put("definitionHash", "sha256:" + "ab".repeat(32))
                .put("createdAt", "2026-11-21T10:00:00Z")
                .put("at", "2026-11-21T10:00:0" + version % 10 + "Z")
                .put("version", version);
        ObjectNode counts = data.putObject("counts");
        for (String kind :
                new String[] {"migrated", "unchanged", "skipped", "conflict", "failed", "reverted", "diverged"}) {
            counts.put(kind, 0);
        }
        data.putObject("references").put("translated", 0);
        data.putObject("progress")
                .put("phase", "backfill")
                .put("chunksTotal", 10)
                .put("chunksDone", 1)
                .put("entitiesEstimated", 100)
                .put("entitiesDone", 10)
                .put("ratePerSecond", 4200.5)
                .put("etaSeconds", 3.5)
                .putNull("tailLagMillis");
        data.putObject("throttle").putNull("reason");
        data.putNull("plan");
        data.putNull("verification");
        data.putNull("asOf");
        data.putNull("streams");
        return data;
    }
}
