package dev.godwit.cli.demo.branches;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.DemoOptions;
import dev.godwit.cli.demo.DemoReport;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.Steps;
import dev.godwit.cli.demo.Traffic;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.Node;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The branches applied one at a time by Godwit, features that follow, and branches taken back, while an application writes to the tables of the first. */
final class BranchFlight {

    private static final String TABLE_TAKEN_AWAY = "document_tags";
    private static final int TABLES_WHOLE = 25;
    private static final Duration TRAIL_PATIENCE = Duration.ofSeconds(60);

    private static final List<String> FIRST_MISSING = List.of(
            "policies waits for tables [policies], migrations [sec_0004]",
            "api keys waits for tables [api_keys], migrations [sec_0004, sec_0005]",
            "offline work waits for tables [change_sets, sync_conflicts, sync_cursors], migrations [sync_0002, sync_0003, sync_0004]",
            "billing waits for tables [invoices, plans, subscriptions], migrations [bill_0001, bill_0002, bill_0003]",
            "workflows waits for tables [workflow_runs, workflows], migrations [flow_0001, flow_0002]",
            "tenants waits for tables [], migrations [tenant_0001, tenant_0002]");

    private final DemoOptions options;
    private final Graph revisions;
    private final Steps steps;
    private final DemoReport report;
    private final Flight flight;
    private final DatabaseUrl database;
    private final DatabaseUrl maker;
    private final Path definitions;
    private final AuditClient audit;
    private final WrittenRows ledger = new WrittenRows();
    private final Map<String, Run> applied = new HashMap<>();
    private final List<String> order = new ArrayList<>();

    /** @param revisions of the example, put right: what the definitions must say, too */
    BranchFlight(Stack started, DemoOptions options, Graph revisions, Steps steps, DemoReport report) {
        StackDescription stack = started.describe();
        this.maker = started.migrationDatabase();
        this.options = options;
        this.revisions = revisions;
        this.steps = steps;
        this.report = report;
        this.flight = new Flight(MigrationClient.of(stack));
        this.database = DatabaseUrl.parse(stack.database().url());
        this.definitions = Path.of(stack.migration().directory());
        this.audit = AuditClient.of(stack);
    }

    void fly() throws Exception {
        try (Connection connection = database.connect()) {
            ExampleTables tables = new ExampleTables(connection, BranchTables.ALL);
            steps.section("Branches, one at a time");
            prepare(tables);
            apply(Branch.CORE, tables);
            steps.step("Accounts, users, projects, documents", () -> load(connection), rows -> rows);
            TeamApplication application = new TeamApplication(ledger);
            try (Traffic traffic = steps.step(
                    "Live traffic started",
                    () -> Traffic.start(database::connect, application, options.writesPerSecond(), options.seed()),
                    started -> options.writesPerSecond() + " writes/s")) {
                for (Branch branch : Branch.FIRST) {
                    apply(branch, tables);
                }
                report.check(nineLiveSixMissing());
                report.check(missingTableIsNoticed(connection));
                for (Branch branch : Branch.MORE) {
                    apply(branch, tables);
                }
                thereAndBackUnderTraffic(connection, tables);
                traffic.stop();
                traffic.failure().ifPresent(cause -> {
                    throw Failure.failed("the live traffic ended: " + cause.getMessage(), cause);
                });
                report.traffic(traffic, application);
            }
            steps.section("And back");
            backToCore(connection);
            report.check(trailsAreComplete());
        }
    }

    private void prepare(ExampleTables tables) throws Exception {
        tables.requireFree();
        int leftOvers = flight.endLeftOvers(names());
        if (leftOvers > 0) {
            steps.note("%d runs of an interrupted demo ended", leftOvers);
        }
        tables.drop();
        steps.step("Definitions read by migration-service", this::define, count -> count + " migrations");
        report.check(definitionsAreTheRevisions());
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        revisions.nodes().forEach(node -> names.add(node.id()));
        return names;
    }

    /** All files first: the service reads a directory as a whole. */
    private int define() throws IOException {
        for (String name : names()) {
            flight.attach(name + ".yaml", definition(name), definitions);
        }
        for (String name : names()) {
            flight.define(name, definition(name), definitions);
        }
        return names().size();
    }

    private String definition(String name) {
        return ExampleTables.read(options.folder(), "definitions/" + name + ".yaml");
    }

    private Check definitionsAreTheRevisions() {
        Findings findings = new Findings();
        Graph defined = flight.graph();
        for (Node revision : revisions.nodes()) {
            Set<String> wanted = before(revisions, revision.id());
            Set<String> found = before(defined, revision.id());
            if (!found.equals(wanted)) {
                findings.add("%s comes after %s, not after %s", revision.id(), found, wanted);
            }
        }
        return findings.check("definitions say what the revisions say", "%d migrations", revisions.size());
    }

    private static Set<String> before(Graph graph, String id) {
        Set<String> before = new HashSet<>();
        graph.find(id).ifPresent(index -> {
            for (int earlier : graph.before(index)) {
                before.add(graph.node(earlier).id());
            }
        });
        return before;
    }

    private String load(Connection connection) throws SQLException {
        Sql sql = new Sql(connection);
        sql.script("SET demo.rows = '" + options.rows() + "'");
        sql.script(ExampleTables.read(options.folder(), "data.sql"));
        return String.format(Locale.ROOT, "%,d documents", options.rows());
    }

    /** One command, whatever it needs comes along; its features are live, and no others. */
    private void apply(Branch branch, ExampleTables tables) throws Exception {
        Series series = steps.step(
                "Branch applied: " + branch.name(),
                () -> flight.apply(branch.heads()),
                done -> done.members().size() + " migrations, up to " + String.join(", ", branch.heads()));
        BranchTables.give(maker, database.user());
        tables.mark();
        Findings findings = new Findings();
        for (Series.Member member : series.members()) {
            applied.put(member.migration(), flight.run(member.run()));
            order.add(member.migration());
            if (!member.state().equals("done")) {
                findings.add("%s is %s: %s", member.migration(), member.state(), member.message());
            }
        }
        long live = features().live();
        if (live != branch.live()) {
            findings.add("%d features are live", live);
        }
        report.check(findings.check("after it these features are live, and no others", "%d of 15", branch.live()));
    }

    private LiveFeatures features() {
        return LiveFeatures.read(options.folder(), flight, database);
    }

    private Check nineLiveSixMissing() {
        Findings findings = new Findings();
        LiveFeatures features = features();
        if (features.live() != 9) {
            findings.add("%d are live", features.live());
        }
        features.missing().forEach(line -> steps.note("%s", line));
        if (!features.missing().equals(FIRST_MISSING)) {
            findings.add("missing: %s", features.missing());
        }
        return findings.check("features: nine live, six missing", "each with what it waits for");
    }

    /** Recorded but missing: it has happened to people. The table comes back. */
    private Check missingTableIsNoticed(Connection connection) throws SQLException {
        Sql sql = new Sql(connection);
        sql.script("ALTER TABLE public." + TABLE_TAKEN_AWAY + " RENAME TO taken_away");
        Optional<String> state;
        try {
            Graph graph = flight.graph();
            state = graph.find("core_0005").flatMap(index -> graph.node(index).state());
        } finally {
            sql.script("ALTER TABLE public.taken_away RENAME TO " + TABLE_TAKEN_AWAY);
        }
        Findings findings = new Findings();
        if (!state.equals(Optional.of("drifted"))) {
            findings.add("core_0005 is %s", state.orElse("unknown"));
        }
        return findings.check(
                "a table that is recorded but missing is noticed", "%s, taken away for a moment", TABLE_TAKEN_AWAY);
    }

    private void thereAndBackUnderTraffic(Connection connection, ExampleTables tables) throws Exception {
        SchemaText before = SchemaText.read(connection);
        LiveFeatures then = features();
        apply(Branch.TENANT, tables);
        apply(Branch.MERGE, tables);
        report.check(everyTableIsThere(connection));
        report.check(notTakenBackWhileOthersBuildOnIt());
        steps.step(
                "Branch taken back, application writing: tenant",
                () -> takeBack(List.of("merge_0001", "tenant_0002", "tenant_0001")),
                done -> done);
        report.check(schemaIs(connection, before, "the schema is what it was before the branch"));
        Findings findings = new Findings();
        if (!features().equals(then)) {
            findings.add("missing: %s", features().missing());
        }
        report.check(findings.check("its features are missing again, and no others", "%d of 15 live", then.live()));
        report.check(ledger.areThere("every row acknowledged to the traffic is there", connection));
    }

    private Check everyTableIsThere(Connection connection) throws SQLException {
        Findings findings = new Findings();
        int count = BranchTables.there(connection).size();
        if (count != TABLES_WHOLE) {
            findings.add("%d tables", count);
        }
        return findings.check("all branches are applied, and merged", "%d tables", TABLES_WHOLE);
    }

    private Check notTakenBackWhileOthersBuildOnIt() {
        Findings findings = new Findings();
        try {
            findings.add("it is %s", flight.rollBack(applied.get("tenant_0001")).state());
        } catch (Failure refusal) {
            if (refusal.exitCode() != ExitCode.REFUSED || !refusal.getMessage().contains("tenant_0002")) {
                findings.add("it ended otherwise: %s", refusal.getMessage());
            }
        }
        return findings.check("what others build on is not taken back", "refused, and they are named");
    }

    private String takeBack(List<String> migrations) {
        for (String migration : migrations) {
            applied.put(migration, flight.rollBack(applied.get(migration)));
            order.remove(migration);
        }
        return String.join(", ", migrations);
    }

    private static Check schemaIs(Connection connection, SchemaText before, String claim) throws SQLException {
        Findings findings = new Findings();
        SchemaText.read(connection).compare(before, findings);
        return findings.check(
                claim, "%d columns, constraints and indexes", before.lines().size());
    }

    /** Everything but what the application writes to; its rows must be what they are, to the byte. */
    private void backToCore(Connection connection) throws Exception {
        Map<CoreTable, String> before = checksums(connection);
        List<String> later = new ArrayList<>();
        order.stream().filter(name -> !name.startsWith("core_")).forEach(name -> later.add(0, name));
        steps.step(
                "Every other branch taken back, the last first",
                () -> takeBack(later),
                done -> later.size() + " migrations");
        Findings findings = new Findings();
        checksums(connection).forEach((table, sum) -> {
            if (!sum.equals(before.get(table))) {
                findings.add("%s: %s, not %s", table.table(), sum, before.get(table));
            }
        });
        if (!BranchTables.there(connection).equals(BranchTables.CORE)) {
            findings.add("left behind: %s", BranchTables.there(connection));
        }
        report.check(findings.check(
                "what is left is the core, its rows as they were", "checksums of %d tables", before.size()));
        before.forEach((table, sum) -> steps.note("%-20s %s", table.table(), sum));
        report.check(ledger.areThere("every write acknowledged to the traffic is still there", connection));
    }

    private static Map<CoreTable, String> checksums(Connection connection) throws SQLException {
        Map<CoreTable, String> sums = new EnumMap<>(CoreTable.class);
        for (CoreTable table : CoreTable.values()) {
            sums.put(table, new Sql(connection).texts(table.checksum()).get(0));
        }
        return sums;
    }

    private Check trailsAreComplete() {
        Findings findings = new Findings();
        for (Run run : applied.values()) {
            Check check = DemoReport.trailIsComplete(
                    audit.completeReport(run.id(), TRAIL_PATIENCE), audit.checkRun(run.id(), piece -> {}));
            check.differences().forEach(difference -> findings.add("%s: %s", run.migration(), difference));
        }
        return findings.check("the audit trail of every run is complete, its chains hold", "%d runs", applied.size());
    }
}
