package dev.godwit.audit.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.trail.EventGroups;
import dev.godwit.audit.trail.HashChain;
import dev.godwit.audit.trail.Outcome;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** One stream of a run, as migration-service writes it: each call gives the next event. */
public final class TestChain {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String run;
    private final String stream;
    private final String mode;
    private long sequence;
    private String hash = "";
    private Instant at = Instant.parse("2026-11-21T10:00:00.000000789Z");

    /** A stream that has no event yet. */
    public TestChain(String run, String stream, String mode) {
        this.run = run;
        this.stream = stream;
        this.mode = mode;
    }

    /** From when on the next events tell. */
    public TestChain startingAt(Instant time) {
        at = time;
        return this;
    }

    /** The stream from this event on. */
    public TestChain goingOnAfter(long last, String hashOfLast) {
        sequence = last;
        hash = hashOfLast;
        return this;
    }

    /** The next event of the stream. */
    public TestEvent next(List<Outcome> outcomes) {
        return next(outcomes, null);
    }

    /** The same with groups; null where it has none. */
    public TestEvent next(List<Outcome> outcomes, EventGroups groups) {
        UUID id = UUID.randomUUID();
        String previous = hash;
        sequence++;
        at = at.plusMillis(10);
        hash = HexFormat.of()
                .formatHex(HashChain.eventHash(
                        previous, run, stream, sequence, id, EventGroups.behind(leaves(outcomes), groups)));
        ObjectNode data = JSON.createObjectNode()
                .put("run", run)
                .put("migration", "documents-uuid5")
                .put("mode", mode)
                .put("lane", "backfill")
                .put("stream", stream)
                .put("sequence", sequence)
                .put("previousHash", previous)
                .put("hash", hash)
                .put("batch", sequence)
                .putNull("commandId")
                .put("table", "public.documents")
                .put("at", at.toString());
        ObjectNode counts = data.putObject("counts");
        Outcome.KINDS.forEach(kind -> counts.put(
                kind,
                outcomes.stream()
                        .filter(outcome -> outcome.outcome().equals(kind))
                        .count()));
        if (groups != null) {
            groups(data.putObject("groups"), groups);
        }
        ArrayNode array = data.putArray("outcomes");
        outcomes.forEach(outcome -> item(array.addObject(), outcome));
        return new TestEvent(id, "godwit.outcomes", run, "dev.godwit.outcomes.recorded", data);
    }

    private static void groups(ObjectNode json, EventGroups groups) {
        groups.columns().forEach(json.putArray("columns")::add);
        ArrayNode changes = json.putArray("changes");
        for (EventGroups.Change change : groups.changes()) {
            ObjectNode item = changes.addObject();
            if (change.values() == null) {
                item.putNull("values");
            } else {
                change.values().forEach(item.putArray("values")::add);
            }
            ObjectNode counts = item.putObject("counts");
            for (int kind = 0; kind < change.counts().size(); kind++) {
                if (change.counts().get(kind) != 0) {
                    counts.put(Outcome.KINDS.get(kind), change.counts().get(kind));
                }
            }
        }
        json.put("salt", groups.salt());
    }

    /** Groups by role, of as many migrated and less as many in conflict; the role may be null, or {@code ?} for not known. */
    public static EventGroups.Change change(String role, long migrated, long conflict) {
        List<String> values = "?".equals(role) ? null : Collections.singletonList(role);
        return new EventGroups.Change(values, List.of(migrated, 0L, 0L, conflict, 0L, 0L, 0L));
    }

    /** Groups by role that move so. */
    public static EventGroups byRole(EventGroups.Change... changes) {
        return new EventGroups(List.of("role"), List.of(changes), "groupssaltgroupssaltgr");
    }

    private static byte[] leaves(List<Outcome> outcomes) {
        ByteArrayOutputStream leaves = new ByteArrayOutputStream();
        outcomes.stream().map(HashChain::leaf).forEach(leaves::writeBytes);
        return leaves.toByteArray();
    }

    private static void item(ObjectNode item, Outcome outcome) {
        item.put("table", outcome.table())
                .put("key", outcome.key())
                .put("newKey", outcome.newKey())
                .put("outcome", outcome.outcome())
                .put("reason", outcome.reason())
                .put("detail", outcome.detail())
                .put("salt", outcome.salt());
        if (outcome.replaces() != null) {
            item.putObject("replaces")
                    .put("outcome", outcome.replaces().outcome())
                    .put("reason", outcome.replaces().reason());
        }
    }

    /** What the event that ends the run says of this stream. */
    public ObjectNode end() {
        return JSON.createObjectNode()
                .put("stream", stream)
                .put("sequence", sequence)
                .put("hash", hash);
    }

    /** A migrated document. */
    public static Outcome migrated(String key, String newKey) {
        return new Outcome("public.documents", key, newKey, "migrated", null, null, "saltsaltsaltsaltsalt22");
    }

    /** A document that was told as something else before. */
    public static Outcome migratedAfter(Outcome former, String newKey) {
        return new Outcome(
                former.table(),
                former.key(),
                newKey,
                "migrated",
                null,
                null,
                former.salt(),
                new Outcome.Told(former.outcome(), former.reason()));
    }

    /** A document that could not be migrated. */
    public static Outcome conflict(String key, String reason) {
        return new Outcome("public.documents", key, null, "conflict", reason, "why", "saltsaltsaltsaltsalt22");
    }
}
