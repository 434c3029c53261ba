package dev.godwit.migration.graph;

import dev.godwit.migration.definition.Definition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What must run so that certain migrations are applied. */
public final class Needs {

    private Needs() {}

    /**
     * A migration that must run.
     *
     * @param needs those of the other steps that it depends on
     */
    public record Step(String migration, List<String> needs) {

        public Step {
            needs = List.copyOf(needs);
        }
    }

    /**
     * The wanted migrations and whatever they depend on, as far as it is not applied, everything after what it needs and, where that leaves a choice, by name. What lies
     * behind an applied one is not looked at.
     *
     * @throws IllegalArgumentException when some come before themselves, which no sound directory of definitions allows
     */
    public static List<Step> of(
            Collection<Definition> definitions, Predicate<String> isApplied, Collection<String> wanted) {
        Map<String, List<String>> parents = definitions.stream()
                .collect(Collectors.toMap(Definition::migration, Definition::dependsOn, (one, other) -> other));
        return ordered(collect(name -> parents.getOrDefault(name, List.of()), isApplied, wanted));
    }

    private static Map<String, List<String>> collect(
            Function<String, List<String>> parents, Predicate<String> isApplied, Collection<String> wanted) {
        Map<String, List<String>> found = new TreeMap<>();
        Deque<String> left = new ArrayDeque<>(wanted);
        while (!left.isEmpty()) {
            String name = left.pop();
            if (!isApplied.test(name) && !found.containsKey(name)) {
                List<String> needs = parents.apply(name).stream()
                        .filter(isApplied.negate())
                        .sorted()
                        .toList();
                found.put(name, needs);
                left.addAll(needs);
            }
        }
        return found;
    }

    private static List<Step> ordered(Map<String, List<String>> found) {
        List<Step> steps = new ArrayList<>();
        Map<String, List<String>> left = new TreeMap<>(found);
        while (!left.isEmpty()) {
            Set<String> waiting = left.keySet();
            String next = waiting.stream()
                    .filter(name -> left.get(name).stream().noneMatch(waiting::contains))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "these come before themselves: " + String.join(", ", waiting)));
            steps.add(new Step(next, left.remove(next)));
        }
        return steps;
    }
}
