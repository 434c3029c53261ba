package dev.godwit.cli.feature;

import dev.godwit.cli.Failure;
import dev.godwit.cli.yaml.YamlMapping;
import dev.godwit.cli.yaml.YamlMapping.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Something that users can do once certain migrations are applied and certain tables exist.
 *
 * @param migrations their names, or ids of revisions, with the lines that name them
 * @param tables as {@code name} or {@code schema.name}
 */
public record Feature(String name, List<Entry> migrations, List<Entry> tables) {

    /**
     * Reads a file of features.
     *
     * @throws Failure (usage) that names file and line when it cannot be read
     */
    public static List<Feature> read(Path file) {
        List<Feature> features = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlMapping mapping : YamlMapping.read(file).onlyKeys("features").mappings("features")) {
            mapping.onlyKeys("feature", "migrations", "tables");
            String name = mapping.text("feature")
                    .orElseThrow(() -> mapping.wrong("feature", "a feature needs a name: feature: NAME"));
            if (!names.add(name)) {
                throw mapping.wrong("feature", "the feature '" + name + "' is there twice; keep one");
            }
            Feature feature = new Feature(name, mapping.texts("migrations"), mapping.texts("tables"));
            if (feature.migrations().isEmpty() && feature.tables().isEmpty()) {
                throw mapping.wrong(
                        "feature", "the feature '" + name + "' needs nothing; give it migrations or tables");
            }
            features.add(feature);
        }
        return features;
    }
}
