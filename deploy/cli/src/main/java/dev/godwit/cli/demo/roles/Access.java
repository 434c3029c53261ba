package dev.godwit.cli.demo.roles;

import dev.godwit.cli.demo.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * All tables as they were at one moment.
 *
 * @param sums checksums of the rows of each table by id
 * @param due rights that follow from what is whose
 * @param starters ownership of the own starter project, which must be immutable where it is assigned
 */
record Access(
        Map<Entity, Map<UUID, String>> sums, Map<UUID, Assignment> assignments, Set<Right> due, Set<Right> starters) {

    /** What somebody may do where; {@code scope} is null for everything. */
    record Right(UUID user, String role, String scopeType, UUID scope) {}

    /**
     * A row that grants a right.
     *
     * @param rest checksum of all columns but {@code is_immutable}
     */
    record Assignment(Right right, boolean immutable, String rest) {}

    private static final String ASSIGNMENTS = """
            SELECT a.id, a.user_id, r.name AS role, a.scope_type, a.scope_id, a.is_immutable,
                   md5(ROW(a.id, a.user_id, a.role_id, a.scope_type, a.scope_id, a.created_by, a.created_at)::text) AS rest
              FROM user_role_assignments AS a
              JOIN roles AS r ON r.id = a.role_id
            """;

    /** Said once more in other words than the migration's. */
    private static final String OWNED = """
            SELECT u.id AS user_id, u.is_superuser, 'project' AS scope_type, p.id AS scope_id, p.is_starter
              FROM projects AS p
              JOIN users AS u ON u.id = p.owner_id
             UNION ALL
            SELECT u.id, u.is_superuser, 'flow', f.id, false
              FROM flows AS f
              JOIN users AS u ON u.id = f.user_id
             UNION ALL
            SELECT id, true, 'global', NULL, false
              FROM users
             WHERE is_superuser
            """;

    static Access read(Connection connection) throws SQLException {
        Sql sql = new Sql(connection);
        return sql.atOneMoment(() -> {
            Access access = new Access(new EnumMap<>(Entity.class), new HashMap<>(), new HashSet<>(), new HashSet<>());
            for (Entity entity : Entity.values()) {
                Map<UUID, String> rows = new HashMap<>();
                sql.each(
                        "SELECT id, md5(t::text) AS sum FROM " + entity.table() + " AS t",
                        row -> rows.put(row.getObject("id", UUID.class), row.getString("sum")));
                access.sums.put(entity, rows);
            }
            sql.each(ASSIGNMENTS, access::assignment);
            sql.each(OWNED, access::owned);
            return access;
        });
    }

    private boolean assignment(ResultSet row) throws SQLException {
        Right right = new Right(
                row.getObject("user_id", UUID.class),
                row.getString("role"),
                row.getString("scope_type"),
                row.getObject("scope_id", UUID.class));
        assignments.put(
                row.getObject("id", UUID.class),
                new Assignment(right, row.getBoolean("is_immutable"), row.getString("rest")));
        return true;
    }

    private boolean owned(ResultSet row) throws SQLException {
        UUID user = row.getObject("user_id", UUID.class);
        String scopeType = row.getString("scope_type");
        UUID scope = row.getObject("scope_id", UUID.class);
        Right ownership = new Right(user, "Owner", scopeType, scope);
        if (scopeType.equals("global")) {
            due.add(new Right(user, "Admin", scopeType, null));
        } else if (!row.getBoolean("is_superuser")) {
            due.add(ownership);
        }
        if (row.getBoolean("is_starter")) {
            starters.add(ownership);
        }
        return true;
    }

    /** Checksums of a table's rows by id. */
    Map<UUID, String> rows(Entity entity) {
        return sums.get(entity);
    }

    int rowCount() {
        return sums.values().stream().mapToInt(Map::size).sum();
    }

    /** One checksum of all rows of a table, whatever their order. */
    String checksum(Entity entity) {
        long sum = rows(entity).values().stream()
                .mapToLong(row -> Long.parseUnsignedLong(row, 0, 16, 16) ^ Long.parseUnsignedLong(row, 16, 32, 16))
                .sum();
        return String.format("%016x", sum);
    }
}
