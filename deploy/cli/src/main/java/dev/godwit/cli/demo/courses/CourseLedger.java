package dev.godwit.cli.demo.courses;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every write that the database acknowledged to either application: of each row its checksum as it was written last. One row is written by one thread. */
final class CourseLedger {

    private final Map<String, Map<String, String>> rows = new ConcurrentHashMap<>();
    private final Set<String> needed = ConcurrentHashMap.newKeySet();

    CourseLedger() {
        CourseTables.all().forEach(table -> rows.put(table, new ConcurrentHashMap<>()));
    }

    void wrote(String table, String key, String checksum) {
        rows.get(table).put(key, checksum);
    }

    /** A row of the new application refers to this person. */
    void needs(String sub) {
        needed.add(sub);
    }

    /** Checksums of a table's written rows by key. */
    Map<String, String> rows(String table) {
        return rows.get(table);
    }

    /** People whom rows of the new application refer to. */
    Set<String> needed() {
        return needed;
    }
}
