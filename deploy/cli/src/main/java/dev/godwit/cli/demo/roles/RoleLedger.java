package dev.godwit.cli.demo.roles;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every write that the database acknowledged to application and administrators: of each row its checksum as it was written last. One row is written by one thread. */
final class RoleLedger {

    /** Stands for the checksum of a row that was deleted. */
    static final String DELETED = "";

    private final Map<Entity, Map<UUID, String>> rows = new EnumMap<>(Entity.class);
    private final Set<UUID> edited = ConcurrentHashMap.newKeySet();
    private final Set<UUID> madeLate = ConcurrentHashMap.newKeySet();

    private volatile Set<UUID> leftForCertain = Set.of();
    private volatile Set<UUID> goneForCertain = Set.of();

    RoleLedger() {
        for (Entity entity : Entity.values()) {
            rows.put(entity, new ConcurrentHashMap<>());
        }
    }

    void wrote(Entity entity, UUID id, String checksum) {
        rows.get(entity).put(id, checksum);
    }

    void deleted(Entity entity, UUID id) {
        wrote(entity, id, DELETED);
    }

    /** An assignment was made; {@code late} when the run was under way for certain. */
    void assigned(UUID id, String checksum, boolean late) {
        wrote(Entity.ASSIGNMENTS, id, checksum);
        if (late) {
            madeLate.add(id);
        }
    }

    /** An assignment that the migration had made was changed by hand. */
    void edited(UUID id, String checksum) {
        wrote(Entity.ASSIGNMENTS, id, checksum);
        edited.add(id);
    }

    /** Checksums of rows by id, or {@link #DELETED}. */
    Map<UUID, String> rows(Entity entity) {
        return rows.get(entity);
    }

    /** Whether this assignment stands in the tables because people wrote it. */
    boolean holds(UUID assignment) {
        String checksum = rows.get(Entity.ASSIGNMENTS).get(assignment);
        return checksum != null && !checksum.equals(DELETED);
    }

    /** Keeps what has been written so far apart from what is written on the way back; nobody writes at this moment. */
    void turn() {
        leftForCertain = Stream.concat(edited.stream(), madeLate.stream()).collect(Collectors.toUnmodifiableSet());
        goneForCertain = rows.get(Entity.ASSIGNMENTS).entrySet().stream()
                .filter(row -> row.getValue().equals(DELETED))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the way back may have met this assignment as one that people wrote, whatever has become of it since. */
    boolean mayBeLeft(UUID assignment) {
        return rows.get(Entity.ASSIGNMENTS).containsKey(assignment) && !goneForCertain.contains(assignment);
    }

    /** Assignments that people made or changed after the run had begun and before its way back. */
    Set<UUID> leftForCertain() {
        return leftForCertain;
    }

    /** Assignments that the migration made and people changed. */
    Set<UUID> edited() {
        return edited;
    }
}
