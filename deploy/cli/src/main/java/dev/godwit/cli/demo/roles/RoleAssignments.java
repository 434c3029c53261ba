package dev.godwit.cli.demo.roles;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Who may do what used to follow from who owns what; now it is assigned, while owners come and go and administrators grant roles by hand. */
public final class RoleAssignments implements DemoCase {

    private static final String ASSIGNMENTS = "rbac-assignments";
    private static final String IMMUTABLE = "rbac-starter-immutable";

    private final RoleLedger ledger = new RoleLedger();

    @Override
    public String name() {
        return "rbac-assignments";
    }

    @Override
    public String entities() {
        return "users";
    }

    @Override
    public List<String> tables() {
        return Arrays.stream(Entity.values()).map(Entity::table).toList();
    }

    @Override
    public List<String> migrations() {
        return List.of(ASSIGNMENTS, IMMUTABLE);
    }

    @Override
    public boolean isRepeated() {
        return true;
    }

    @Override
    public String deed() {
        return "every owner assigned";
    }

    @Override
    public String load(Connection connection, Path folder, int rows) throws SQLException {
        ExampleTables.fill(new Sql(connection), folder, rows);
        return String.format(Locale.ROOT, "%,d users, no roles yet", rows);
    }

    @Override
    public List<Check> prepare(Connection connection, Path folder, Flight flight) throws SQLException {
        Check refused = refusedWithoutRoles(flight);
        Sql sql = new Sql(connection);
        sql.script(ExampleTables.read(folder, "roles.sql"));
        sql.script(ExampleTables.read(folder, "by-hand.sql"));
        return List.of(refused);
    }

    private static Check refusedWithoutRoles(Flight flight) {
        Findings findings = new Findings();
        try {
            findings.add("run %s was planned", flight.plan(ASSIGNMENTS).id());
        } catch (Failure refusal) {
            if (refusal.exitCode() != ExitCode.REFUSED || !refusal.getMessage().contains("roles.sql")) {
                findings.add("it ended otherwise: %s", refusal.getMessage());
            }
        }
        return findings.check("without roles it is refused, with the way out", "seed the roles first");
    }

    @Override
    public Optional<Application> writingOnTheWayBack() {
        ledger.turn();
        return Optional.of(application().onNewCode());
    }

    @Override
    public Application application() {
        return new RoleApplication(ledger);
    }

    @Override
    public Proof proof() {
        return new RoleProof(ledger);
    }
}
