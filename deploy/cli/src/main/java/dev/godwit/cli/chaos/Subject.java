package dev.godwit.cli.chaos;

import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.DemoReport;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.demo.Flown;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Proof.Moment;
import dev.godwit.cli.demo.documents.UuidStandardization;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Home;
import dev.godwit.cli.stack.Stack;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The migration that is put to the test, and an application that remembers what it was acknowledged. An object is for one run. */
final class Subject {
    private final Stack stack;
    private final DemoCase example = new UuidStandardization();
    private final Application application = example.application();
    private final Proof proof = example.proof();
    private final MigrationClient migration;
    private final AuditClient audit;

    Subject(Stack stack) {
        this.stack = stack;
        this.migration = MigrationClient.of(stack.describe());
        this.audit = AuditClient.of(stack.describe());
    }

    Application application() {
        return application;
    }

    MigrationClient migration() {
        return migration;
    }

    DatabaseUrl database() {
        return DatabaseUrl.parse(stack.describe().database().url());
    }

    /** The application's tables, the definition, and a run that follows the application. */
    Run begin(int rows, UnaryOperator<RunRequest> as) throws SQLException, IOException {
        Path folder = Home.find().root().resolve("docs/examples").resolve(example.name());
        Flight flight = new Flight(migration);
        flight.endLeftOvers(example.all());
        try (Connection connection = database().connect()) {
            ExampleTables tables = new ExampleTables(connection, example.tables());
            tables.requireFree();
            tables.make(filling -> example.load(filling, folder, rows));
            Map<String, String> texts = example.all().stream()
                    .collect(Collectors.toMap(Function.identity(), name -> ExampleTables.read(folder, name + ".yaml")));
            flight.define(texts, Path.of(stack.describe().migration().directory()));
            proof.read(Moment.BEFORE, connection);
        }
        return migration.start(
                as.apply(RunRequest.of(example.migrations().get(0), true).withFollow()));
    }

    /** Holds tables, trail and journal of an ended run against the application's ledger, and each against the others. */
    List<Check> look(Run run, Duration patience) throws SQLException, IOException {
        List<Check> checks = new ArrayList<>();
        try (Connection connection = database().connect()) {
            proof.read(Moment.THERE, connection);
            checks.addAll(proof.there(connection));
        }
        var trail = audit.completeReport(run.id(), patience);
        checks.add(DemoReport.trailIsComplete(trail, audit.checkRun(run.id(), piece -> {})));
        Run told = migration.run(run.id());
        checks.addAll(proof.toldThere(new Flown(List.of(told), told, audit, stack.migrationDatabase())));
        checks.addAll(new Remains(stack).checks(run.id()));
        return checks;
    }

    /** The claim that a run ended as it should. */
    static Check landed(Run run) {
        List<String> differences = run.state().equals("completed")
                ? List.of()
                : List.of("it is " + run.state() + ": " + run.reason() + " "
                        + run.json().path("throttle") + " " + run.json().path("progress"));
        return new Check("the run ended by itself", "", differences);
    }
}
