package dev.godwit.migration.operation;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many entities had which outcome. Immutable; adds up over batches, streams and runs. */
public final class Counts {

    /** No entity at all. */
    public static final Counts NONE = new Counts(new EnumMap<>(OutcomeKind.class));

    private final EnumMap<OutcomeKind, Long> byKind;

    private Counts(EnumMap<OutcomeKind, Long> byKind) {
        this.byKind = byKind;
    }

    /** Reason of an answer about an entity that the run has counted before. */
    public static final String ALREADY_MIGRATED = "already_migrated";

    /** Counts the outcomes of entities of {@code table}; outcomes of other tables are references, and answers about entities counted before do not count. */
    public static Counts of(String table, List<Outcome> outcomes) {
        EnumMap<OutcomeKind, Long> counted = new EnumMap<>(OutcomeKind.class);
        outcomes.stream().filter(o -> isCounted(table, o)).forEach(o -> counted.merge(o.kind(), 1L, Long::sum));
        return new Counts(counted);
    }

    private static boolean isCounted(String table, Outcome outcome) {
        return outcome.table().equals(table)
                && outcome.reason().filter(ALREADY_MIGRATED::equals).isEmpty();
    }

    /** By how much the run's counters move: like {@link #of(String, List)}, less the outcomes that were replaced. A kind may be negative. */
    public static Counts changes(String table, List<Outcome> outcomes) {
        EnumMap<OutcomeKind, Long> counted = new EnumMap<>(of(table, outcomes).byKind);
        outcomes.stream()
                .filter(o -> o.table().equals(table))
                .flatMap(o -> o.replaces().stream())
                .forEach(former -> counted.merge(former.kind(), -1L, Long::sum));
        return new Counts(counted);
    }

    /**
     * The same group by group: their sum is what {@link #changes} answers. Without groups that do not move, in the order in which they come up; empty where outcomes are in none.
     */
    public static Map<Group, Counts> changesByGroup(String table, Collection<Outcome> outcomes) {
        Map<Group, Counts> groups = new LinkedHashMap<>();
        for (Outcome outcome : outcomes) {
            if (outcome.group().isPresent() && isCounted(table, outcome)) {
                groups.merge(outcome.group().get(), of(outcome.kind(), 1), Counts::plus);
            }
            if (outcome.formerGroup().isPresent()
                    && outcome.replaces().isPresent()
                    && outcome.table().equals(table)) {
                groups.merge(
                        outcome.formerGroup().get(), of(outcome.replaces().get().kind(), -1), Counts::plus);
            }
        }
        groups.values().removeIf(NONE::equals);
        return groups;
    }

    public static Counts of(OutcomeKind kind, long count) {
        EnumMap<OutcomeKind, Long> counted = new EnumMap<>(OutcomeKind.class);
        counted.put(kind, count);
        return new Counts(counted);
    }

    public Counts plus(Counts other) {
        EnumMap<OutcomeKind, Long> sum = new EnumMap<>(OutcomeKind.class);
        sum.putAll(byKind);
        other.byKind.forEach((kind, count) -> sum.merge(kind, count, Long::sum));
        return new Counts(sum);
    }

    public long get(OutcomeKind kind) {
        return byKind.getOrDefault(kind, 0L);
    }

    public long total() {
        return byKind.values().stream().mapToLong(Long::longValue).sum();
    }

    /** All kinds by wire name, zeros included, in the order of {@link OutcomeKind}. */
    public Map<String, Long> toMap() {
        Map<String, Long> map = new LinkedHashMap<>();
        Arrays.stream(OutcomeKind.values()).forEach(kind -> map.put(kind.wireName(), get(kind)));
        return map;
    }

    /** The kinds that are not zero by wire name, in the order of {@link OutcomeKind}. */
    public Map<String, Object> moved() {
        Map<String, Object> map = new LinkedHashMap<>(toMap());
        map.values().removeIf(count -> count.equals(0L));
        return map;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Counts counts && toMap().equals(counts.toMap());
    }

    @Override
    public int hashCode() {
        return toMap().hashCode();
    }

    @Override
    public String toString() {
        return toMap().toString();
    }
}
