package dev.godwit.migration.graph;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionError;
import dev.godwit.migration.definition.LoadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is in use after a load: the sound definitions, and the last good ones of files that have errors now. */
final class Merge {

    private Merge() {}

    /** An error that concerns the directory as a whole keeps everything; otherwise a definition stays only if its own file has errors. */
    static LoadResult keepingLastGood(LoadResult before, LoadResult loaded) {
        Set<String> broken = loaded.errors().stream().map(DefinitionError::file).collect(Collectors.toSet());
        boolean nothingRead = broken.contains("");
        Map<String, Definition> merged = new TreeMap<>();
        before.definitions().stream()
                .filter(definition -> nothingRead
                        || broken.contains(definition.file().getFileName().toString()))
                .forEach(definition -> merged.put(definition.migration(), definition));
        loaded.definitions().forEach(definition -> merged.put(definition.migration(), definition));
        return new LoadResult(parentsFirst(merged), loaded.errors());
    }

    // What waits for nobody goes next. A new file and a kept one can form a cycle that no single load saw; it comes
    // last, in no order that means anything.
    private static List<Definition> parentsFirst(Map<String, Definition> byName) {
        Map<String, Definition> waiting = new TreeMap<>(byName);
        List<Definition> ordered = new ArrayList<>();
        while (!waiting.isEmpty()) {
            List<Definition> ready = waiting.values().stream()
                    .filter(definition -> definition.dependsOn().stream().noneMatch(waiting::containsKey))
                    .toList();
            List<Definition> next = ready.isEmpty() ? List.copyOf(waiting.values()) : ready;
            ordered.addAll(next);
            next.forEach(definition -> waiting.remove(definition.migration()));
        }
        return ordered;
    }
}
