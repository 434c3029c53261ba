package dev.godwit.migration.definition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Who depends on whom, by name. Works with loops, not recursion: a chain may be as long as a directory has files. */
final class DependencyGraph {

    private static final int CYCLES_MAX = 100;

    private final Map<String, List<String>> parents = new TreeMap<>();

    DependencyGraph(Map<String, List<String>> parents) {
        this.parents.putAll(parents);
    }

    /** Every name such that its parents come first; names in cycles come last, in no order that means anything. */
    List<String> parentsFirst() {
        Map<String, Integer> waiting = new HashMap<>();
        Map<String, List<String>> children = new HashMap<>();
        parents.forEach((name, named) -> {
            List<String> known = named.stream().filter(parents::containsKey).toList();
            waiting.put(name, known.size());
            known.forEach(parent ->
                    children.computeIfAbsent(parent, p -> new ArrayList<>()).add(name));
        });
        Deque<String> ready = new ArrayDeque<>();
        parents.keySet().stream().filter(name -> waiting.get(name) == 0).forEach(ready::add);
        Set<String> ordered = new LinkedHashSet<>();
        while (!ready.isEmpty()) {
            String name = ready.poll();
            ordered.add(name);
            for (String child : children.getOrDefault(name, List.of())) {
                if (waiting.merge(child, -1, Integer::sum) == 0) {
                    ready.add(child);
                }
            }
        }
        ordered.addAll(parents.keySet());
        return List.copyOf(ordered);
    }

    /** Cycles, each as the names on it, from child to parent, beginning with the least name; of very many, the first that are met. */
    List<List<String>> cycles() {
        List<List<String>> cycles = new ArrayList<>();
        Set<String> done = new HashSet<>();
        for (String start : parents.keySet()) {
            walk(start, done, cycles);
        }
        return cycles;
    }

    private void walk(String start, Set<String> done, List<List<String>> cycles) {
        LinkedHashMap<String, Deque<String>> way = new LinkedHashMap<>();
        Deque<String> names = new ArrayDeque<>();
        enter(start, way, names, done);
        while (!names.isEmpty() && cycles.size() < CYCLES_MAX) {
            String parent = way.get(names.peekLast()).poll();
            if (parent == null) {
                way.remove(names.peekLast());
                names.pollLast();
            } else if (way.containsKey(parent)) {
                cycles.add(fromLeast(
                        new ArrayList<>(names).subList(new ArrayList<>(names).indexOf(parent), names.size())));
            } else {
                enter(parent, way, names, done);
            }
        }
    }

    private void enter(String name, Map<String, Deque<String>> way, Deque<String> names, Set<String> done) {
        if (parents.containsKey(name) && done.add(name)) {
            way.put(name, new ArrayDeque<>(parents.get(name)));
            names.addLast(name);
        }
    }

    private static List<String> fromLeast(List<String> cycle) {
        int least = 0;
        for (int i = 1; i < cycle.size(); i++) {
            least = cycle.get(i).compareTo(cycle.get(least)) < 0 ? i : least;
        }
        List<String> turned = new ArrayList<>(cycle.subList(least, cycle.size()));
        turned.addAll(cycle.subList(0, least));
        return turned;
    }
}
