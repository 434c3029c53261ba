package dev.godwit.migration.chunk;

import dev.godwit.migration.telemetry.Traceparent;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A message of the work queue: work on this chunk. It carries no state, so that a message that arrives twice, late or out of order does no harm.
 *
 * @param epoch how often the chunk has been handed on; a message of an earlier epoch is a double of one that was, and is passed over
 * @param traceparent of the command for which it was sent; a header
 */
public record ChunkMessage(String run, int chunk, int epoch, Optional<String> traceparent) {

    /** A message that nobody traces. */
    public ChunkMessage(String run, int chunk, int epoch) {
        this(run, chunk, epoch, Optional.empty());
    }

    /** Spreads a run's chunks over the partitions. */
    public String key() {
        return run + ":" + chunk;
    }

    public String toJson() {
        return new JsonObject()
                .put("run", run)
                .put("chunk", chunk)
                .put("epoch", epoch)
                .encode();
    }

    /** Reads a message; empty when it is none. */
    static Optional<ChunkMessage> parse(ConsumerRecord<String, String> record) {
        return parse(record.value())
                .map(message -> new ChunkMessage(
                        message.run(), message.chunk(), message.epoch(), Traceparent.of(record.headers())));
    }

    static Optional<ChunkMessage> parse(String text) {
        try {
            JsonObject json = new JsonObject(text);
            String run = json.getString("run");
            Integer chunk = json.getInteger("chunk");
            return run == null || chunk == null
                    ? Optional.empty()
                    : Optional.of(new ChunkMessage(run, chunk, json.getInteger("epoch", 0)));
        } catch (DecodeException | ClassCastException e) {
            return Optional.empty();
        }
    }
}
