package dev.godwit.cli.demo.roles;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.roles.RoleApplication.User;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/** Some users at work, and the administrator who looks after them. */
final class RoleWorker implements Application.Worker {

    private static final int USERS_MIN = 10;

    private static final String INSERT_USER =
            "INSERT INTO users AS t (id, email) VALUES (?, ?) RETURNING t.id, md5(t::text) AS sum";
    private static final String INSERT_PROJECT =
            "INSERT INTO projects AS t (id, name, owner_id, is_starter) VALUES (?, ?, ?, ?) RETURNING t.id, md5(t::text) AS sum";
    private static final String INSERT_FLOW =
            "INSERT INTO flows AS t (id, name, user_id) VALUES (?, ?, ?) RETURNING t.id, md5(t::text) AS sum";
    private static final String RENAME =
            "UPDATE projects AS t SET name = ? WHERE id = ? RETURNING t.id, md5(t::text) AS sum";
    private static final String PROMOTE =
            "UPDATE users AS t SET is_superuser = true WHERE id = ? RETURNING t.id, md5(t::text) AS sum";

    /** {@code created_by} tells rows that people made from those of the migration. */
    private static final String ASSIGN = """
            INSERT INTO user_role_assignments AS t (user_id, role_id, scope_type, scope_id, is_immutable, created_by)
            SELECT ?, r.id, ?, ?, ?, ?
              FROM roles AS r
             WHERE r.name = ?
                ON CONFLICT DO NOTHING
            RETURNING t.id, md5(t::text) AS sum
            """;

    private static final String EDIT = """
            UPDATE user_role_assignments AS t
               SET is_immutable = true
             WHERE user_id = ?
               AND scope_type = 'project'
               AND scope_id = ?
               AND created_by IS NULL
               AND NOT is_immutable
            RETURNING t.id, md5(t::text) AS sum
            """;

    private static final String UNASSIGN =
            "DELETE FROM user_role_assignments AS t WHERE scope_type = 'flow' AND scope_id = ? RETURNING t.id, '' AS sum";

    private record Written(UUID id, String sum) {
        static Written read(ResultSet row) throws SQLException {
            return new Written(row.getObject("id", UUID.class), row.getString("sum"));
        }
    }

    private final RoleApplication application;
    private final RoleLedger ledger;
    private final List<User> users;
    private final SplittableRandom random;

    RoleWorker(RoleApplication application, List<User> users, SplittableRandom random) {
        this.application = application;
        this.ledger = application.ledger;
        this.users = users;
        this.random = random;
    }

    @Override
    public String write(Connection connection, int choice, boolean newCode) throws SQLException {
        String kind = writeOne(new Sql(connection), choice, newCode);
        application.writes.increment();
        return kind;
    }

    private String writeOne(Sql sql, int choice, boolean newCode) throws SQLException {
        if (choice < 12) {
            signUp(sql, newCode);
            return "sign-ups";
        } else if (choice < 34) {
            makeProject(sql, anyUser(), newCode);
            return "projects made";
        } else if (choice < 56) {
            makeFlow(sql, newCode);
            return "flows made";
        } else if (choice < 61) {
            return deleteFlow(sql, newCode);
        } else if (choice < 63 && !newCode && users.size() > USERS_MIN) {
            promote(sql);
            return "promotions";
        } else if (choice < 70 && !newCode) {
            makeProjectAndGrant(sql);
            return "owners granted by hand";
        } else if (choice < 85) {
            grant(sql, newCode);
            return "roles granted by hand";
        } else if (choice < 92) {
            return edit(sql, newCode);
        }
        rename(sql, newCode);
        return "projects renamed";
    }

    private void signUp(Sql sql, boolean newCode) throws SQLException {
        User user = new User(newId());
        UUID starter = newId();
        List<Runnable> entries = sql.inTransaction(() -> {
            List<Runnable> written = new ArrayList<>();
            Written row = one(sql, INSERT_USER, user.id, "live-" + user.id + "@example.org");
            written.add(() -> ledger.wrote(Entity.USERS, row.id(), row.sum()));
            Written project = one(sql, INSERT_PROJECT, starter, "Starter Project", user.id, true);
            written.add(() -> ledger.wrote(Entity.PROJECTS, project.id(), project.sum()));
            if (newCode) {
                own(sql, user, "project", starter, true).ifPresent(written::add);
            }
            return written;
        });
        acknowledged(entries);
        users.add(user);
    }

    private UUID makeProject(Sql sql, User user, boolean newCode) throws SQLException {
        UUID id = newId();
        acknowledged(sql.inTransaction(() -> {
            List<Runnable> written = new ArrayList<>();
            Written project = one(sql, INSERT_PROJECT, id, "Live project " + random.nextInt(1_000_000), user.id, false);
            written.add(() -> ledger.wrote(Entity.PROJECTS, project.id(), project.sum()));
            if (newCode) {
                own(sql, user, "project", id, false).ifPresent(written::add);
            }
            return written;
        }));
        user.projects.add(id);
        return id;
    }

    /** One that the user has, or a new one. */
    private UUID project(Sql sql, User user, boolean newCode) throws SQLException {
        return user.projects.isEmpty()
                ? makeProject(sql, user, newCode)
                : user.projects.get(random.nextInt(user.projects.size()));
    }

    private void makeFlow(Sql sql, boolean newCode) throws SQLException {
        User user = anyUser();
        UUID id = newId();
        acknowledged(sql.inTransaction(() -> {
            List<Runnable> written = new ArrayList<>();
            Written flow = one(sql, INSERT_FLOW, id, "Live flow " + random.nextInt(1_000_000), user.id);
            written.add(() -> ledger.wrote(Entity.FLOWS, flow.id(), flow.sum()));
            if (newCode) {
                own(sql, user, "flow", id, false).ifPresent(written::add);
            }
            return written;
        }));
        user.flows.add(id);
    }

    /** What newer code does besides: the owner is assigned at once. */
    private Optional<Runnable> own(Sql sql, User user, String scope, UUID id, boolean immutable) throws SQLException {
        return sql.first(ASSIGN, Written::read, user.id, scope, id, immutable, user.id, "Owner")
                .map(row -> () -> ledger.assigned(row.id(), row.sum(), true));
    }

    private void acknowledged(List<Runnable> entries) {
        entries.forEach(Runnable::run);
        application.owned.increment();
    }

    /** Old code leaves the assignment to whoever may have made it. */
    private String deleteFlow(Sql sql, boolean newCode) throws SQLException {
        User user = anyUser();
        if (user.flows.isEmpty()) {
            makeFlow(sql, newCode);
            return "flows made";
        }
        UUID flow = user.flows.get(user.flows.size() - 1);
        List<Written> unassigned = sql.inTransaction(() -> {
            List<Written> gone = newCode ? sql.query(UNASSIGN, Written::read, flow) : List.of();
            sql.execute("DELETE FROM flows WHERE id = ?", flow);
            return gone;
        });
        user.flows.remove(flow);
        ledger.deleted(Entity.FLOWS, flow);
        unassigned.forEach(row -> ledger.deleted(Entity.ASSIGNMENTS, row.id()));
        application.deleted.increment();
        return "flows deleted";
    }

    /** A superuser is Admin of everything, and no longer needs to be Owner of anything. */
    private void promote(Sql sql) throws SQLException {
        User user = anyUser();
        Written row = one(sql, PROMOTE, user.id);
        users.remove(user);
        ledger.wrote(Entity.USERS, row.id(), row.sum());
        application.promoted.increment();
    }

    /** The administrator lets somebody look into somebody's project. */
    private void grant(Sql sql, boolean newCode) throws SQLException {
        User owner = anyUser();
        UUID project = project(sql, owner, newCode);
        String role = random.nextBoolean() ? "Editor" : "Viewer";
        granted(sql.first(ASSIGN, Written::read, anyUser().id, "project", project, false, owner.id, role), newCode);
    }

    /** The administrator makes the very assignment that the migration is about to make; whoever comes first, there is one. */
    private void makeProjectAndGrant(Sql sql) throws SQLException {
        User user = anyUser();
        UUID project = makeProject(sql, user, false);
        Optional<Written> made = sql.first(ASSIGN, Written::read, user.id, "project", project, false, user.id, "Owner");
        granted(made, false);
        if (made.isPresent()) {
            application.faster.increment();
        }
    }

    private void granted(Optional<Written> row, boolean late) {
        row.ifPresent(made -> {
            ledger.assigned(made.id(), made.sum(), late);
            application.granted.increment();
        });
    }

    private String edit(Sql sql, boolean newCode) throws SQLException {
        User user = anyUser();
        Optional<Written> row = sql.first(EDIT, Written::read, user.id, project(sql, user, newCode));
        if (row.isEmpty()) {
            grant(sql, newCode);
            return "roles granted by hand";
        }
        ledger.edited(row.get().id(), row.get().sum());
        application.edited.increment();
        return "assignments changed by hand";
    }

    private void rename(Sql sql, boolean newCode) throws SQLException {
        UUID project = project(sql, anyUser(), newCode);
        Written row = one(sql, RENAME, "Renamed " + random.nextInt(1_000_000), project);
        ledger.wrote(Entity.PROJECTS, row.id(), row.sum());
    }

    private static Written one(Sql sql, String statement, Object... values) throws SQLException {
        return sql.first(statement, Written::read, values)
                .orElseThrow(() -> new IllegalStateException("a write met no row: " + statement));
    }

    private User anyUser() {
        return users.get(random.nextInt(users.size()));
    }

    private UUID newId() {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
