package dev.godwit.audit.inbox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** The messages of one poll, read or not. */
record Polled<T>(List<Decoded<T>> decoded, List<Undecoded> undecoded) {

    static <T> Polled<T> of(
            ConsumerRecords<byte[], byte[]> messages, Function<ConsumerRecord<byte[], byte[]>, ? extends T> reader) {
        List<Decoded<T>> decoded = new ArrayList<>(messages.count());
        List<Undecoded> undecoded = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> message : messages) {
            try {
                decoded.add(new Decoded<>(message, reader.apply(message)));
            } catch (PoisonException e) {
                undecoded.add(new Undecoded(message, e.getMessage()));
            } catch (RuntimeException e) {
                // Whatever a reader did not foresee concerns this message alone; the lane goes on.
                undecoded.add(new Undecoded(message, "unreadable: " + e));
            }
        }
        return new Polled<>(decoded, undecoded);
    }
}
