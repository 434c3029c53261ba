package dev.godwit.cli.demo.roles;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Every write that the database acknowledged to application and administrators: of each row its checksum as it was written last. One row is written by one thread. */
final class RoleLedger {

    /** Stands for the checksum of a row that was deleted. */
    static final String DELETED = "";

    private final Map<Entity, Map<UUID, String>> rows = new EnumMap<>(Entity.class);
    private final Set<UUID> edited = ConcurrentHashMap.newKeySet();
    private final Set<UUID> madeLate = ConcurrentHashMap.newKeySet();

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

    /** Assignments that the migration made and people changed. */
    Set<UUID> edited() {
        return edited;
    }

    /** Assignments that people made while the run was under way for certain. */
    Set<UUID> madeLate() {
        return madeLate;
    }
}
