package dev.godwit.cli.demo.courses;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.TrafficCounts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * At first people work in the legacy system: they sign up, change their names, join courses and hand in. Then it is closed, and they work in the new one, which makes rows
 * that refer to the people it has been given.
 */
final class CourseApplication implements Application {

    private static final int USERS_MAX = 3000;

    private static final String USERS = """
            SELECT id, trim(subject) AS sub
              FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM legacy.users WHERE subject IS NOT NULL) AS numbered
             WHERE n % ? = ?
             ORDER BY md5(id::text)
             LIMIT ?
            """;

    /** Somebody who is at work. */
    record User(int id, String sub) {}

    final CourseLedger ledger;
    final LongAdder writes = new LongAdder();
    final LongAdder signedUp = new LongAdder();
    final LongAdder changed = new LongAdder();
    final LongAdder handedIn = new LongAdder();
    final LongAdder made = new LongAdder();

    CourseApplication(CourseLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random)
            throws SQLException {
        List<User> users = new ArrayList<>(new Sql(connection)
                .query(USERS, row -> new User(row.getInt("id"), row.getString("sub")), shares, share, USERS_MAX));
        return users.isEmpty() ? Optional.empty() : Optional.of(new CourseWorker(this, users, share, random));
    }

    @Override
    public long writes() {
        return writes.sum();
    }

    @Override
    public List<Met> met(TrafficCounts counts) {
        return List.of(
                new Met("signedUp", "people who signed up in the legacy system", signedUp.sum()),
                new Met("changed", "names and addresses changed there", changed.sum()),
                new Met("handedIn", "submissions handed in there", handedIn.sum()),
                new Met("madeInTheNew", "courses and members made in the new application", made.sum()),
                counts.collisions());
    }

    @Override
    public String retirement() {
        return "the legacy system is closed; people work in the new one";
    }
}
