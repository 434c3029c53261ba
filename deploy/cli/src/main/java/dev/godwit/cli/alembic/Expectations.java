package dev.godwit.cli.alembic;

import dev.godwit.cli.graph.Place;
import dev.godwit.cli.yaml.YamlMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Roots and heads that are meant to be there, each with the place that declares it. Where none is declared, one is expected.
 */
public record Expectations(Map<String, Place> roots, Map<String, Place> heads) {
    /** The file beside the versions directory that declares them. */
    public static final String FILE = "godwit-graph.yaml";

    /** What options say, and the file beside the directory when there is one. */
    public static Expectations of(Path directory, List<String> roots, List<String> heads) {
        Map<String, Place> allRoots = new LinkedHashMap<>();
        Map<String, Place> allHeads = new LinkedHashMap<>();
        Path file = beside(directory, FILE);
        if (Files.exists(file)) {
            YamlMapping declared = YamlMapping.read(file).onlyKeys("roots", "heads");
            declared.texts("roots").forEach(entry -> allRoots.put(entry.text(), entry.place()));
            declared.texts("heads").forEach(entry -> allHeads.put(entry.text(), entry.place()));
        }
        roots.forEach(root -> allRoots.put(root, new Place("--root", 0)));
        heads.forEach(head -> allHeads.put(head, new Place("--head", 0)));
        return new Expectations(allRoots, allHeads);
    }

    /** A file next to a directory, however the directory is written. */
    public static Path beside(Path directory, String name) {
        String last = String.valueOf(directory.getFileName());
        boolean isNamed = !last.isEmpty() && !last.equals(".") && !last.equals("..");
        return (isNamed ? directory : directory.toAbsolutePath().normalize()).resolveSibling(name);
    }
}
