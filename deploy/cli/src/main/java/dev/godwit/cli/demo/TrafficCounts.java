package dev.godwit.cli.demo;

import dev.godwit.cli.measure.Latencies;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What the traffic met. */
final class TrafficCounts {

    /** Inserts of children refused (SQLSTATE 23503) because their parent had just moved; each was repeated after a look-up by natural key. */
    final LongAdder refusedChildren = new LongAdder();

    /** Updates by id that met no row because the id had changed; each was repeated by natural key. */
    final LongAdder missedUpdates = new LongAdder();

    /** Writes that waited for or collided with another transaction, and were repeated as they were. */
    final LongAdder contended = new LongAdder();

    /** Connections lost and opened again. */
    final LongAdder reconnects = new LongAdder();

    /** Soft references written with an id read at the start. */
    final LongAdder rememberedIds = new LongAdder();

    final Map<String, LongAdder> writesByKind = new ConcurrentSkipListMap<>();

    /** From the moment a write was due to its acknowledgement, repeats included. */
    final Latencies latencies = new Latencies();

    void written(String kind) {
        writesByKind.computeIfAbsent(kind, k -> new LongAdder()).increment();
    }
}
