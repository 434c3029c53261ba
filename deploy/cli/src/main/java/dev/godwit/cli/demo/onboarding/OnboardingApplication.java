package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.TrafficCounts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;

/**
 * Leads users through the onboarding. A client holds the document of its user and saves all of it at each step: the old one in eleven steps, whatever the row has become
 * meanwhile; the newer one in nine, and takes a document of the old form along.
 */
final class OnboardingApplication implements Application {

    private static final int USERS_MAX = 3000;

    /** Rows that an earlier script marked are of users who do not come back. */
    private static final String LEARN = """
            SELECT id, current_step, step_data::text AS document, answers::text AS answers, resume_url
              FROM (SELECT *, row_number() OVER (ORDER BY id) AS n
                      FROM onboarding_states
                     WHERE NOT jsonb_exists(step_data, '_migration_metadata')) AS numbered
             WHERE n % ? = ?
             ORDER BY md5(id::text)
             LIMIT ?
            """;

    /** A user whose client is open. */
    static final class User {
        final UUID id;
        State state;

        User(UUID id, State state) {
            this.id = id;
            this.state = state;
        }
    }

    final StateLedger ledger;
    final LongAdder oldDocuments = new LongAdder();
    final LongAdder newDocuments = new LongAdder();
    final LongAdder signUps = new LongAdder();
    final LongAdder departures = new LongAdder();

    OnboardingApplication(StateLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random)
            throws SQLException {
        List<User> users = new ArrayList<>(new Sql(connection)
                .query(
                        LEARN,
                        row -> new User(
                                row.getObject("id", UUID.class),
                                State.of(
                                        row.getInt("current_step"),
                                        row.getString("document"),
                                        row.getString("answers"),
                                        row.getString("resume_url"))),
                        shares,
                        share,
                        USERS_MAX));
        return users.isEmpty() ? Optional.empty() : Optional.of(new OnboardingWorker(this, users, random));
    }

    @Override
    public long writes() {
        return ledger.writes();
    }

    @Override
    public List<Met> met(TrafficCounts counts) {
        return List.of(
                new Met(
                        "oldDocuments",
                        "documents of the old form saved, over whatever the row had become",
                        oldDocuments.sum()),
                new Met("newDocuments", "documents of the new form saved, after the upgrade", newDocuments.sum()),
                new Met("signUps", "users who signed up", signUps.sum()),
                new Met("departures", "users who left, and whose rows were deleted", departures.sum()),
                counts.collisions());
    }

    @Override
    public String retirement() {
        return "from here on no document of the old form is saved";
    }
}
