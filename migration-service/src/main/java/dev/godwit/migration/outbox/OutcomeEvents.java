package dev.godwit.migration.outbox;

import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Outcome;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Turns the outcomes of a batch into events of their stream: numbered, chained, at most 1,000 outcomes and 256 KiB each. */
public final class OutcomeEvents {

    /** Type of the events. */
    public static final String TYPE = "dev.godwit.outcomes.recorded";

    private static final int OUTCOMES_MAX = 1000;

    /** Leaves room below 256 KiB for what the outcomes of an event share. */
    private static final int BYTES_MAX = 250_000;

    /** Names, quotes, commas, kinds and salt of one outcome. */
    private static final int BYTES_BESIDES = 160;

    /** Quotes and comma of a text in a list. */
    private static final int BYTES_OF_QUOTES = 3;

    /** A character that JSON escapes, as Vert.x does with all beyond ASCII that do not fit into one {@code char}. */
    private static final int BYTES_ESCAPED = 6;

    /** Name and number of one kind, with quotes, colon and comma. */
    private static final int BYTES_OF_COUNT = 20;

    /** Names and braces of a group. */
    private static final int BYTES_OF_GROUP = 30;

    private static final int NULL_BYTES = 4;

    private OutcomeEvents() {}

    /**
     * What the events of one batch share.
     *
     * @param table the run's root table, whose outcomes are counted
     * @param summary columns by which they are grouped; none where they are not
     * @param traceparent of the span that the batch belongs to
     */
    public record Batch(
            String run,
            String migration,
            String mode,
            String lane,
            String stream,
            long number,
            Optional<String> commandId,
            String table,
            List<String> summary,
            Optional<String> traceparent) {}

    /** Where a stream stands: number and hash of its last event. */
    public record Position(long sequence, String hash) {}

    /** An event that is part of a chain. */
    public record Event(UUID id, String run, JsonObject data, Outbox.Cause cause) {}

    /**
     * Events of one batch, chained to those before.
     *
     * @param end where the stream stands after them
     */
    public record Chain(List<Event> events, Position end) {

        /** The statements that append them, in order. Transaction: joins the caller's, after its writes are shown again. */
        public List<Uni<Void>> appends(SqlConnection connection) {
            return events.stream()
                    .map(event -> Outbox.append(
                            connection,
                            event.id(),
                            Outbox.OUTCOMES,
                            event.run(),
                            TYPE,
                            event.run(),
                            event.data(),
                            event.cause()))
                    .toList();
        }
    }

    /** Chains the outcomes to where the stream stands. */
    public static Chain chain(Batch batch, List<Outcome> outcomes, Position from) {
        List<Event> events = new ArrayList<>();
        Position position = from;
        for (List<Outcome> part : split(outcomes)) {
            Event event = event(batch, part, position);
            events.add(event);
            position = new Position(position.sequence() + 1, event.data().getString("hash"));
        }
        return new Chain(List.copyOf(events), position);
    }

    private static Event event(Batch batch, List<Outcome> outcomes, Position from) {
        UUID id = UUID.randomUUID();
        long sequence = from.sequence() + 1;
        List<byte[]> leaves = new ArrayList<>(outcomes.size());
        JsonArray items = new JsonArray();
        for (Outcome outcome : outcomes) {
            String salt = HashChain.salt();
            leaves.add(HashChain.leaf(outcome, salt));
            items.add(item(outcome, salt));
        }
        GroupChanges groups = new GroupChanges(batch.summary(), Counts.changesByGroup(batch.table(), outcomes));
        String groupsSalt = groups.isEmpty() ? "" : HashChain.salt();
        Optional<byte[]> groupsLeaf = groups.isEmpty() ? Optional.empty() : Optional.of(groups.leaf(groupsSalt));
        String hash =
                HashChain.hash(from.hash(), batch.run(), batch.stream(), sequence, id.toString(), leaves, groupsLeaf);
        JsonObject data = new JsonObject()
                .put("run", batch.run())
                .put("migration", batch.migration())
                .put("mode", batch.mode())
                .put("lane", batch.lane())
                .put("stream", batch.stream())
                .put("sequence", sequence)
                .put("previousHash", from.hash())
                .put("hash", hash)
                .put("batch", batch.number())
                .put("commandId", batch.commandId().orElse(null))
                .put("table", batch.table())
                .put("counts", counts(Counts.of(batch.table(), outcomes)))
                .put("at", Instant.now().toString());
        if (!groups.isEmpty()) {
            data.put("groups", groups.toJson(groupsSalt));
        }
        data.put("outcomes", items);
        return new Event(id, batch.run(), data, new Outbox.Cause(batch.traceparent(), batch.commandId()));
    }

    /** What is not known is left out: most outcomes of a run have neither a new key nor a reason, and there are as many as rows. */
    private static JsonObject item(Outcome outcome, String salt) {
        JsonObject item = new JsonObject().put("table", outcome.table()).put("key", outcome.key());
        outcome.newKey().ifPresent(key -> item.put("newKey", key));
        item.put("outcome", outcome.kind().wireName());
        outcome.reason().ifPresent(code -> item.put("reason", code));
        outcome.detail().ifPresent(text -> item.put("detail", text));
        item.put("salt", salt);
        outcome.replaces().ifPresent(former -> item.put("replaces", told(former)));
        if (!outcome.formerKeys().isEmpty()) {
            item.put("formerKeys", new JsonArray(outcome.formerKeys()));
        }
        return item;
    }

    private static JsonObject told(Outcome.Told told) {
        JsonObject json = new JsonObject().put("outcome", told.kind().wireName());
        told.reason().ifPresent(code -> json.put("reason", code));
        return json;
    }

    /** The counts object of the contract: all kinds, zeros included. */
    public static JsonObject counts(Counts counts) {
        JsonObject json = new JsonObject();
        counts.toMap().forEach(json::put);
        return json;
    }

    private static List<List<Outcome>> split(List<Outcome> outcomes) {
        List<List<Outcome>> parts = new ArrayList<>();
        List<Outcome> part = new ArrayList<>();
        Set<Group> groups = new HashSet<>();
        int bytes = 0;
        for (Outcome outcome : outcomes) {
            int size = size(outcome) + size(groupsOf(outcome), groups);
            if (part.size() == OUTCOMES_MAX || (bytes + size > BYTES_MAX && !part.isEmpty())) {
                parts.add(part);
                part = new ArrayList<>();
                groups.clear();
                bytes = 0;
                size = size(outcome) + size(groupsOf(outcome), groups);
            }
            part.add(outcome);
            groups.addAll(groupsOf(outcome));
            bytes += size;
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }

    /** At most so many bytes, whatever the characters. */
    private static int size(Outcome outcome) {
        return BYTES_BESIDES
                + bytes(outcome.table())
                + bytes(outcome.key())
                + outcome.newKey().map(OutcomeEvents::bytes).orElse(0)
                + outcome.reason().map(OutcomeEvents::bytes).orElse(0)
                + outcome.detail().map(OutcomeEvents::bytes).orElse(0)
                + outcome.replaces()
                        .flatMap(Outcome.Told::reason)
                        .map(OutcomeEvents::bytes)
                        .orElse(0)
                + outcome.formerKeys().stream()
                        .mapToInt(key -> bytes(key) + BYTES_OF_QUOTES)
                        .sum();
    }

    private static List<Group> groupsOf(Outcome outcome) {
        return Stream.of(outcome.group(), outcome.formerGroup())
                .flatMap(Optional::stream)
                .toList();
    }

    /** What an outcome adds to the groups of an event that has some already. */
    private static int size(List<Group> groups, Set<Group> there) {
        return groups.stream()
                .mapToInt(group -> BYTES_OF_COUNT + (there.contains(group) ? 0 : size(group)))
                .sum();
    }

    private static int size(Group group) {
        return BYTES_OF_GROUP
                + group.values().stream()
                        .mapToInt(value -> BYTES_OF_QUOTES + (value == null ? NULL_BYTES : bytes(value)))
                        .sum();
    }

    private static int bytes(String text) {
        return text.chars()
                .map(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\' ? 1 : BYTES_ESCAPED)
                .sum();
    }
}
