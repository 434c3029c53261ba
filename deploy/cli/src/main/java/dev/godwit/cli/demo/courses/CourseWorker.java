package dev.godwit.cli.demo.courses;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.courses.CourseApplication.User;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/** Some people at work, in the legacy system or in the new one. */
final class CourseWorker implements Application.Worker {

    private static final String SIGN_UP = """
            INSERT INTO legacy.users AS t (id, subject, login, full_name, email, created_at)
            VALUES (?, ?, ?, ?, ?, localtimestamp(0))
            RETURNING t.id::text AS key, md5(t::text) AS sum
            """;

    private static final String CHANGE = """
            UPDATE legacy.users AS t
               SET full_name = ?, email = ?
             WHERE id = ?
            RETURNING t.id::text AS key, md5(t::text) AS sum
            """;

    private static final String JOIN = """
            INSERT INTO legacy.memberships AS t (id, course_id, user_id, role, joined)
            VALUES (?, ?, ?, 'S', localtimestamp(0))
            RETURNING t.id::text AS key, md5(t::text) AS sum
            """;

    private static final String HAND_IN = """
            INSERT INTO legacy.submissions AS t (id, task_id, user_id, submitted_at)
            VALUES (?, ?, ?, localtimestamp(0))
            RETURNING t.id::text AS key, md5(t::text) AS sum
            """;

    /** Nobody teaches who is not in the map yet. */
    private static final String NEW_COURSE = """
            INSERT INTO courses AS t (id, slug, title, teacher_sub, starts_at)
            SELECT ?, ?, 'Live course', sub, now()
              FROM legacy_user_map
             WHERE sub = ?
            RETURNING t.id::text AS key, md5(t::text) AS sum
            """;

    private static final String NEW_MEMBER = """
            INSERT INTO memberships AS t (id, course_id, member_sub, role, joined_at)
            SELECT ?, ?, sub, 'student', now()
              FROM legacy_user_map
             WHERE sub = ?
            ON CONFLICT DO NOTHING
            RETURNING t.id::text AS key, md5(t::text) AS sum
            """;

    /** Keys of one thread's rows, out of the way of those that were there and of other threads'. */
    private static final int KEYS_PER_SHARE = 10_000_000;

    /** One in so many has found the way into the new application. */
    private static final int FEW = 5;

    private static final int COURSES = 4;
    private static final int TASKS = 10;

    private record Written(String key, String sum) {
        static Written read(ResultSet row) throws SQLException {
            return new Written(row.getString("key"), row.getString("sum"));
        }
    }

    private final CourseApplication application;
    private final List<User> users;
    private final List<UUID> courses = new ArrayList<>();
    private final SplittableRandom random;
    private int key;

    CourseWorker(CourseApplication application, List<User> users, int share, SplittableRandom random) {
        this.application = application;
        this.users = users;
        this.random = random;
        this.key = (share + 1) * KEYS_PER_SHARE;
    }

    @Override
    public String write(Connection connection, int choice, boolean newCode) throws SQLException {
        Sql sql = new Sql(connection);
        String kind = newCode ? inTheNewSystem(sql, choice) : inTheLegacySystem(sql, choice);
        application.writes.increment();
        return kind;
    }

    private String inTheLegacySystem(Sql sql, int choice) throws SQLException {
        if (choice < 20) {
            User user = new User(++key, "idp|live-" + key);
            written("legacy.users", one(sql, SIGN_UP, user.id(), user.sub(), "live" + key, "Live " + key, mail()));
            users.add(user);
            application.signedUp.increment();
            return "sign-ups";
        } else if (choice < 60) {
            written("legacy.users", one(sql, CHANGE, "Renamed " + random.nextInt(1_000_000), mail(), anyone().id()));
            application.changed.increment();
            return "names changed";
        } else if (choice < 80) {
            written("legacy.memberships", one(sql, JOIN, ++key, 1 + random.nextInt(COURSES), anyone().id()));
            return "courses joined";
        }
        written("legacy.submissions", one(sql, HAND_IN, ++key, 1 + random.nextInt(TASKS), anyone().id()));
        application.handedIn.increment();
        return "submissions";
    }

    private String inTheNewSystem(Sql sql, int choice) throws SQLException {
        User user = users.get(random.nextInt(1 + users.size() / FEW));
        UUID id = new UUID(random.nextLong(), random.nextLong());
        boolean course = courses.isEmpty() || choice < 40;
        Optional<Written> row = course
                ? sql.first(NEW_COURSE, Written::read, id, "live-" + id, user.sub())
                : sql.first(NEW_MEMBER, Written::read, id, courses.get(random.nextInt(courses.size())), user.sub());
        if (row.isEmpty()) {
            return "people not known yet, or members already";
        }
        written(course ? "public.courses" : "public.memberships", row.get());
        application.ledger.needs(user.sub());
        application.made.increment();
        if (course) {
            courses.add(id);
        }
        return course ? "new courses" : "new members";
    }

    private void written(String table, Written row) {
        application.ledger.wrote(table, row.key(), row.sum());
    }

    private static Written one(Sql sql, String statement, Object... values) throws SQLException {
        return sql.first(statement, Written::read, values)
                .orElseThrow(() -> new IllegalStateException("a write met no row: " + statement));
    }

    private String mail() {
        return "Live" + random.nextInt(1_000_000) + "@School.example";
    }

    private User anyone() {
        return users.get(random.nextInt(users.size()));
    }
}
