package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Eleven steps of an onboarding become nine, in columns and inside documents, while old clients go on saving documents of eleven. */
public final class OnboardingStates implements DemoCase {

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
        sql.script(ExampleTables.read(folder, "schema.sql"));
        sql.script("SET LOCAL demo.rows = '" + rows + "'");
        sql.script(ExampleTables.read(folder, "data.sql"));
        String marked = sql.texts(
                        "SELECT count(*) FROM onboarding_states WHERE jsonb_exists(step_data, '_migration_metadata')")
                .get(0);
        return String.format(
                Locale.ROOT, "%,d users, and %,d whom an earlier script changed", rows, Long.parseLong(marked));
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
