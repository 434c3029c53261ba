package dev.godwit.cli.chaos;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * Whether a run could go on like this for ever. What a process holds, and what is in tables that keep nothing, must not be more in the last quarter of the time than in the
 * second; of the first nothing is said, since caches fill and code is compiled in it.
 *
 * <p>What a process holds is what it has when its garbage was collected, as it is from time to time: a heap that is left alone fills up to its bound, whatever is alive in it. A JVM that has
 * filled a page gives it back seldom or never, so that nothing which grows is overlooked.
 */
final class SoakVerdict {

    /** What is migrated and told is kept in these, until a run is forgotten or retention takes it: they grow with the entities, and no faster. */
    static final Set<String> KEEPING = Set.of("batch", "identity", "image", "journal", "outbox", "settled", "stream");

    private static final double GROWTH_MAX = 1.1;
    private static final long NOISE_MIB = 16;
    private static final long NOISE_BYTES = 8L << 20;
    private static final long SLOT_BYTES_MAX = 64L << 20;
    private static final double PER_ENTITY_MAX = 1.25;

    private final List<SoakSample> early;
    private final List<SoakSample> late;
    private final List<SoakSample> samples;

    /** @param samples in order, at least eight */
    SoakVerdict(List<SoakSample> samples) {
        this.samples = samples;
        int quarter = samples.size() / 4;
        this.early = samples.subList(quarter, 2 * quarter);
        this.late = samples.subList(samples.size() - quarter, samples.size());
    }

    List<Check> checks() {
        return List.of(memory(), slot(), tables(), kept());
    }

    private Check memory() {
        Findings findings = new Findings();
        boolean collected = hasCollected(early) && hasCollected(late);
        for (String process : late.get(0).memory().keySet()) {
            ToLongFunction<SoakSample> of = sample -> sample.memory().getOrDefault(process, 0L);
            double before = mean(collected ? collected(early) : early, of);
            double after = mean(collected ? collected(late) : late, of);
            if (after > before * GROWTH_MAX + NOISE_MIB) {
                findings.add("%s held %.0f MiB in the second quarter and %.0f in the last", process, before, after);
            }
        }
        return findings.check(
                "no process holds ever more memory",
                "%d processes%s",
                late.get(0).memory().size(),
                collected ? "" : ", whose garbage could not be collected");
    }

    private static boolean hasCollected(List<SoakSample> of) {
        return !collected(of).isEmpty();
    }

    private static List<SoakSample> collected(List<SoakSample> of) {
        return of.stream().filter(SoakSample::collected).toList();
    }

    private Check slot() {
        Findings findings = new Findings();
        long most = samples.stream().mapToLong(SoakSample::slotBytes).max().orElse(0);
        if (most > SLOT_BYTES_MAX) {
            findings.add("the slot was %d MiB behind", most >> 20);
        }
        return findings.check("the replication slot keeps up", "at most %.1f MiB behind", most / 1048576.0);
    }

    private Check tables() {
        Findings findings = new Findings();
        Set<String> flat = new TreeSet<>(late.get(0).tables().keySet());
        flat.removeAll(KEEPING);
        for (String table : flat) {
            ToLongFunction<SoakSample> of = sample -> sample.tables().getOrDefault(table, 0L);
            double before = mean(early, of);
            double after = mean(late, of);
            if (after > before * GROWTH_MAX + NOISE_BYTES) {
                findings.add("godwit.%s grew from %.1f to %.1f MiB", table, before / 1048576, after / 1048576);
            }
        }
        return findings.check("tables that keep nothing do not grow", "%d tables", flat.size());
    }

    /** From the end of the first quarter to the middle, and from there to the end: what an entity takes. */
    private Check kept() {
        Findings findings = new Findings();
        SoakSample first = early.get(0);
        SoakSample middle = samples.get(samples.size() / 2);
        SoakSample last = samples.get(samples.size() - 1);
        for (Map.Entry<String, Long> table : last.tables().entrySet()) {
            double before = perEntity(table.getKey(), first, middle);
            double after = perEntity(table.getKey(), middle, last);
            boolean much = table.getValue() - middle.tables().getOrDefault(table.getKey(), 0L) > NOISE_BYTES;
            if (KEEPING.contains(table.getKey()) && much && after > before * PER_ENTITY_MAX) {
                findings.add("godwit.%s took %.0f bytes an entity, and %.0f later", table.getKey(), before, after);
            }
        }
        return findings.check(
                "tables that keep what was done grow with the entities and no faster",
                "%d entities",
                last.migrated() - first.migrated());
    }

    private static double perEntity(String table, SoakSample from, SoakSample to) {
        long bytes = to.tables().getOrDefault(table, 0L) - from.tables().getOrDefault(table, 0L);
        return bytes / (double) Math.max(1, to.migrated() - from.migrated());
    }

    private static double mean(List<SoakSample> of, ToLongFunction<SoakSample> value) {
        return of.stream().mapToLong(value).average().orElse(0);
    }
}
