package dev.godwit.migration.graph;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionError;
import dev.godwit.migration.definition.LoadResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        boolean nothingRead = loaded.definitions().isEmpty()
                && loaded.errors().stream().anyMatch(error -> error.line() == 0 && !isFileName(error.file()));
        Map<String, Definition> merged = new TreeMap<>();
        before.definitions().stream()
                .filter(definition -> nothingRead
                        || broken.contains(definition.file().getFileName().toString()))
                .forEach(definition -> merged.put(definition.migration(), definition));
        loaded.definitions().forEach(definition -> merged.put(definition.migration(), definition));
        return new LoadResult(parentsFirst(merged), loaded.errors());
    }

    private static boolean isFileName(String file) {
        return file.endsWith(".yaml") || file.endsWith(".yml");
    }

    private static List<Definition> parentsFirst(Map<String, Definition> byName) {
        Map<String, Definition> ordered = new LinkedHashMap<>();
        byName.values().forEach(definition -> place(definition, byName, ordered, new ArrayList<>()));
        return List.copyOf(ordered.values());
    }

    // A new file and a kept one can form a cycle that no single load saw; the path ends it.
    private static void place(
            Definition definition, Map<String, Definition> byName, Map<String, Definition> ordered, List<String> path) {
        if (ordered.containsKey(definition.migration()) || path.contains(definition.migration())) {
            return;
        }
        path.add(definition.migration());
        definition.dependsOn().stream()
                .sorted()
                .map(byName::get)
                .filter(parent -> parent != null)
                .forEach(parent -> place(parent, byName, ordered, path));
        ordered.put(definition.migration(), definition);
    }
}
