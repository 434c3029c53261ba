package dev.godwit.cli.demo;

import dev.godwit.cli.measure.Latencies;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What the traffic of any application meets. */
public final class TrafficCounts {

    /** Writes that waited for or collided with another transaction, and were repeated as they were. */
    final LongAdder contended = new LongAdder();

    /** Connections lost and opened again. */
    final LongAdder reconnects = new LongAdder();

    final Map<String, LongAdder> writesByKind = new ConcurrentSkipListMap<>();

    /** From the moment a write was due to its acknowledgement, repeats included. */
    final Latencies latencies = new Latencies();

    void written(String kind) {
        writesByKind.computeIfAbsent(kind, k -> new LongAdder()).increment();
    }

    /** Repeated writes, to be told among what the application tells. */
    public Application.Met collisions() {
        return new Application.Met("collisions", "collisions with another transaction; repeated", contended.sum());
    }
}
