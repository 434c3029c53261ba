package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Eleven steps of an onboarding become nine, in columns and inside documents, while old clients go on saving documents of eleven. */
public final class OnboardingStates implements DemoCase {

    private static final String RESTORE_MARKED = "onboarding-restore-marked";

    private final StateLedger ledger = new StateLedger();

    @Override
    public String name() {
        return "onboarding-9-states";
    }

    @Override
    public String entities() {
        return "users";
    }

    @Override
    public List<String> tables() {
        return List.of("onboarding_states");
    }

    @Override
    public List<String> migrations() {
        return List.of("onboarding-9-states");
    }

    /** The column that the next version of the application wants comes before any row is changed. */
    @Override
    public List<String> dependencies() {
        return List.of("onboarding-agent-history");
    }

    @Override
    public List<String> further() {
        return List.of(RESTORE_MARKED);
    }

    @Override
    public List<String> attachments() {
        return List.of("onboarding.sql");
    }

    @Override
    public String deed() {
        return "every old row changed";
    }

    @Override
    public String load(Connection connection, Path folder, int rows) throws SQLException {
        Sql sql = new Sql(connection);
        ExampleTables.fill(sql, folder, rows);
        String marked = sql.texts(
                        "SELECT count(*) FROM onboarding_states WHERE jsonb_exists(step_data, '_migration_metadata')")
                .get(0);
        return String.format(
                Locale.ROOT, "%,d users, and %,d whom an earlier script changed", rows, Long.parseLong(marked));
    }

    /** Rows that an earlier script changed are given their original, and that is taken back, too. */
    @Override
    public List<Check> afterwards(Connection connection, Flight flight) throws SQLException {
        MarkedRows before = MarkedRows.read(connection);
        Run run = flight.hop(RESTORE_MARKED);
        Check restored = before.haveTheirOriginal(connection);
        flight.rollBack(run);
        return List.of(restored, before.areAsTheyWere(connection));
    }

    @Override
    public Optional<Application> writingOnTheWayBack() {
        ledger.turn();
        return Optional.of(application().onNewCode());
    }

    @Override
    public Application application() {
        return new OnboardingApplication(ledger);
    }

    @Override
    public Proof proof() {
        return new OnboardingProof(ledger);
    }
}
