package dev.godwit.cli.demo.roles;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.TrafficCounts;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Users sign up and make projects and flows; administrators grant roles by hand. The old code knows nothing of assignments, the newer one assigns an owner in the
 * transaction that makes what is owned.
 */
final class RoleApplication implements Application {

    private static final int USERS_MAX = 3000;

    private static final String USERS = """
            SELECT id
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users WHERE NOT is_superuser) AS numbered
             WHERE n % ? = ?
             ORDER BY md5(id::text)
             LIMIT ?
            """;

    private static final String PROJECTS =
            "SELECT id, owner_id AS owner FROM projects WHERE NOT is_starter AND owner_id = ANY (?)";
    private static final String FLOWS = "SELECT id, user_id AS owner FROM flows WHERE user_id = ANY (?)";

    /** A user who is at work, and what is theirs; the starter project is not listed. */
    static final class User {
        final UUID id;
        final List<UUID> projects = new ArrayList<>();
        final List<UUID> flows = new ArrayList<>();

        User(UUID id) {
            this.id = id;
        }
    }

    final RoleLedger ledger;
    final LongAdder writes = new LongAdder();
    final LongAdder owned = new LongAdder();
    final LongAdder granted = new LongAdder();
    final LongAdder faster = new LongAdder();
    final LongAdder edited = new LongAdder();
    final LongAdder promoted = new LongAdder();
    final LongAdder deleted = new LongAdder();

    RoleApplication(RoleLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random)
            throws SQLException {
        Sql sql = new Sql(connection);
        Map<UUID, User> users = new HashMap<>();
        sql.each(
                USERS,
                row -> users.computeIfAbsent(row.getObject("id", UUID.class), User::new),
                shares,
                share,
                USERS_MAX);
        Array ids = connection.createArrayOf("uuid", users.keySet().toArray());
        sql.each(
                PROJECTS,
                row -> users.get(row.getObject("owner", UUID.class)).projects.add(row.getObject("id", UUID.class)),
                ids);
        sql.each(
                FLOWS,
                row -> users.get(row.getObject("owner", UUID.class)).flows.add(row.getObject("id", UUID.class)),
                ids);
        List<User> ordered = users.values().stream()
                .sorted(Comparator.comparing(user -> user.id))
                .collect(Collectors.toCollection(ArrayList::new));
        return users.isEmpty() ? Optional.empty() : Optional.of(new RoleWorker(this, ordered, random));
    }

    @Override
    public long writes() {
        return writes.sum();
    }

    @Override
    public List<Met> met(TrafficCounts counts) {
        return List.of(
                new Met("owned", "users, projects and flows made", owned.sum()),
                new Met("deleted", "flows deleted", deleted.sum()),
                new Met("promoted", "users who became superusers", promoted.sum()),
                new Met("granted", "roles granted by hand", granted.sum()),
                new Met(
                        "fasterThanTheRun",
                        "of them the very row that the run would have made a moment later",
                        faster.sum()),
                new Met("edited", "assignments of the run changed by hand", edited.sum()),
                counts.collisions());
    }

    @Override
    public String retirement() {
        return "from here on owners are assigned at once";
    }
}
