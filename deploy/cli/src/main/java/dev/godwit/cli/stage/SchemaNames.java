package dev.godwit.cli.stage;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the schemas of a dump go. What belongs to an extension that the database has already stays where that is: there is one of it per database.
 *
 * <p>Not for several threads.
 */
final class SchemaNames {
    private final Map<String, String> targets;
    private final Set<String> others;
    private final Map<String, Map<String, String>> members = new HashMap<>();

    /**
     * @param targets schemas of the database by schema of the dump
     * @param others all other schemas of the database: a statement that speaks of one of them would reach out of the dump
     */
    SchemaNames(Map<String, String> targets, Collection<String> others) {
        this.targets = new LinkedHashMap<>(targets);
        this.others = new HashSet<>(others);
        this.others.addAll(targets.values());
        this.others.removeAll(targets.keySet());
    }

    /** True when the name is no schema of the dump, but one of the database. */
    boolean isForeign(String schema) {
        return others.contains(schema);
    }

    /** Where the dump's schema goes; empty when nobody said. */
    Optional<String> target(String schema) {
        return Optional.ofNullable(targets.get(schema));
    }

    /** Where a member of the dump's schema is; empty when nobody said where the schema goes. */
    Optional<String> target(String schema, String member) {
        return Optional.ofNullable(members.getOrDefault(schema, Map.of()).get(member))
                .or(() -> target(schema));
    }

    /** Says that objects which the dump expects in one of its schemas are elsewhere in this database. */
    void keepElsewhere(String schema, String elsewhere, Collection<String> names) {
        Map<String, String> known = members.computeIfAbsent(schema, key -> new HashMap<>());
        names.forEach(name -> known.put(name, elsewhere));
    }

    /** As a name in SQL, quoted always. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
