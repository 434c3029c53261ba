package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.onboarding.OnboardingApplication.User;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/** The clients of some users. */
final class OnboardingWorker implements Application.Worker {

    private static final int USERS_MIN = 10;

    private static final String SAVE = """
            UPDATE onboarding_states
               SET current_step = ?, step_data = ?::jsonb, answers = ?::json, resume_url = ?, updated_at = clock_timestamp()
             WHERE id = ?
            RETURNING %s
            """.formatted(StateSums.COLUMNS);

    private static final String NOTE = """
            UPDATE onboarding_states
               SET note = ?
             WHERE id = ?
            RETURNING %s
            """.formatted(StateSums.COLUMNS);

    private static final String SIGN_UP = """
            INSERT INTO onboarding_states (current_step, step_data, answers, resume_url, updated_at, id, user_id)
            VALUES (?, ?::jsonb, ?::json, ?, clock_timestamp(), ?, ?)
            RETURNING %s
            """.formatted(StateSums.COLUMNS);

    private final OnboardingApplication application;
    private final List<User> users;
    private final SplittableRandom random;

    OnboardingWorker(OnboardingApplication application, List<User> users, SplittableRandom random) {
        this.application = application;
        this.users = users;
        this.random = random;
    }

    @Override
    public String write(Connection connection, int choice, boolean newCode) throws SQLException {
        Sql sql = new Sql(connection);
        if (choice < 20) {
            note(sql);
            return "notes by the support";
        } else if (choice < 32) {
            signUp(sql, newCode);
            return "sign-ups";
        } else if (choice < 35 && users.size() > USERS_MIN) {
            leave(sql);
            return "departures";
        }
        save(sql, newCode);
        return newCode ? "documents saved by newer code" : "documents saved by old code";
    }

    private void save(Sql sql, boolean newCode) throws SQLException {
        User user = anyUser();
        State next = inForm(user.state, newCode).advanced(random.nextInt(1_000_000));
        StateSums sums = one(sql, SAVE, next.step(), next.document().toString(), next.answers(), next.link(), user.id);
        user.state = next;
        application.ledger.saved(user.id, next, sums);
        (newCode ? application.newDocuments : application.oldDocuments).increment();
    }

    private static State inForm(State state, boolean newCode) {
        return newCode && state.isOld() ? state.inNineSteps() : state;
    }

    /** Touches nothing that the migration touches. */
    private void note(Sql sql) throws SQLException {
        User user = anyUser();
        StateSums sums = one(sql, NOTE, "called us about " + random.nextInt(1_000_000), user.id);
        application.ledger.noted(user.id, sums.rest());
    }

    private void signUp(Sql sql, boolean newCode) throws SQLException {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        UUID userId = new UUID(random.nextLong(), random.nextLong());
        State first = State.first(newCode).advanced(random.nextInt(1_000_000));
        StateSums sums =
                one(sql, SIGN_UP, first.step(), first.document().toString(), first.answers(), first.link(), id, userId);
        users.add(new User(id, first));
        application.ledger.saved(id, first, sums);
        application.signUps.increment();
    }

    private void leave(Sql sql) throws SQLException {
        int index = random.nextInt(users.size());
        UUID id = users.get(index).id;
        int rows = sql.execute("DELETE FROM onboarding_states WHERE id = ?", id);
        if (rows != 1) {
            throw new IllegalStateException("row " + id + " is gone, although nobody else deletes it");
        }
        users.remove(index);
        application.ledger.deleted(id);
        application.departures.increment();
    }

    private static StateSums one(Sql sql, String statement, Object... values) throws SQLException {
        return sql.first(statement, StateSums::read, values)
                .orElseThrow(() -> new IllegalStateException("a write met no row: " + statement));
    }

    private User anyUser() {
        return users.get(random.nextInt(users.size()));
    }
}
