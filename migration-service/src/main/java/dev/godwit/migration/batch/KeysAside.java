package dev.godwit.migration.batch;

import dev.godwit.migration.batch.DerivedKeys.Entry;
import dev.godwit.migration.batch.DerivedKeys.Maps;
import dev.godwit.migration.operation.rekey.RekeyModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Children with derived keys that stand on each other's wanted keys: like entities in a circle, some step aside onto keys that nobody uses, for a moment within the
 * transaction. Remembers who they are. One per batch.
 */
final class KeysAside {

    private final RekeyModel model;
    private final List<Map<String, Entry>> aside = new ArrayList<>();

    KeysAside(RekeyModel model) {
        this.model = model;
        for (int map = 0; map <= model.derived().size(); map++) {
            aside.add(new HashMap<>());
        }
    }

    /** What a child that stands aside had been about to become: {@code from} is the key it had at first. Empty for a key that is nobody's place aside. */
    Optional<Entry> whoIs(int map, String key) {
        return Optional.ofNullable(aside.get(map).get(key));
    }

    /** The key that the row had before it stepped aside, if it did. */
    String firstKey(int map, String key) {
        return whoIs(map, key).map(Entry::from).orElse(key);
    }

    /** All children step aside with their parents, which leave their place in a circle. */
    Maps withParents(Maps maps) {
        Map<String, String> roots = maps.maps().get(0).stream().collect(Collectors.toMap(Entry::from, Entry::to));
        return stepAside(maps, roots, (map, entry) -> true);
    }

    /** Children that stand on a key which another row of the same step gets step aside first, their parents staying where they are. Empty where none does. */
    Optional<Maps> first(Maps maps) {
        List<Set<String>> targets = maps.maps().stream()
                .map(map -> map.stream().filter(Entry::changes).map(Entry::to).collect(Collectors.toSet()))
                .toList();
        Map<String, String> roots = maps.maps().get(0).stream().collect(Collectors.toMap(Entry::from, Entry::from));
        boolean[] any = {false};
        Maps first = stepAside(maps, roots, (map, entry) -> {
            boolean inTheWay = entry.changes() && targets.get(map).contains(entry.from());
            any[0] |= inTheWay;
            return inTheWay;
        });
        return any[0] ? Optional.of(first) : Optional.empty();
    }

    /** The same maps, once {@link #first} has been carried out. */
    Maps then(Maps maps, Maps first) {
        List<List<Entry>> moved = new ArrayList<>();
        for (int map = 0; map < maps.maps().size(); map++) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < maps.maps().get(map).size(); i++) {
                Entry entry = maps.maps().get(map).get(i);
                String now = first.maps().get(map).get(i).to();
                entries.add(new Entry(now, entry.to(), entry.parent(), entry.oldParent()));
            }
            moved.add(entries);
        }
        return new Maps(moved, maps.parents());
    }

    private interface Chosen {
        boolean stepsAside(int map, Entry entry);
    }

    private Maps stepAside(Maps maps, Map<String, String> roots, Chosen chosen) {
        List<List<Entry>> all = new ArrayList<>();
        List<Map<String, String>> keys = new ArrayList<>();
        for (int map = 0; map < maps.maps().size(); map++) {
            Map<String, String> parents =
                    map == 0 ? Map.of() : keys.get(model.derived().get(map - 1).parentMap());
            List<Entry> entries = new ArrayList<>();
            Map<String, String> now = new HashMap<>();
            for (Entry entry : maps.maps().get(map)) {
                String to = map == 0 ? roots.get(entry.from()) : entry.from();
                if (map > 0 && chosen.stepsAside(map, entry)) {
                    to = model.typeOfMap(map).parkedKey();
                    String had = firstKey(map, entry.from());
                    aside.get(map).put(to, new Entry(had, entry.to(), entry.parent(), entry.oldParent()));
                }
                String parent = map == 0 ? null : parents.getOrDefault(entry.oldParent(), entry.oldParent());
                entries.add(new Entry(entry.from(), to, parent, entry.oldParent()));
                now.put(entry.from(), to);
            }
            all.add(entries);
            keys.add(now);
        }
        return new Maps(all, maps.parents());
    }
}
