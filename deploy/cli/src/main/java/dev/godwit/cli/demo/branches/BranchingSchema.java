package dev.godwit.cli.demo.branches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.alembic.AlembicGraph;
import dev.godwit.cli.alembic.DatabaseCatalog;
import dev.godwit.cli.alembic.Expectations;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.DemoReport;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.Steps;
import dev.godwit.cli.feature.Feature;
import dev.godwit.cli.feature.FeatureCheck;
import dev.godwit.cli.feature.FeatureState;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.LinearOrder;
import dev.godwit.cli.stack.DatabaseUrl;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/** A tangle of revisions: the lint finds the edge that is missing; put right, it has one linear order, and a database that some branches have reached tells what is live. */
public final class BranchingSchema {

    /** As it is called on the command line, and the name of its folder in docs/examples. */
    public static final String NAME = "branching-schema";

    private static final String TABLE_DROPPED_BY_HAND = "document_tags";
    private static final int ROOTS_INTENDED = 7;
    private static final int LIVE = 9;
    private static final int MISSING = 6;

    private static final List<String> TABLES = List.of(
            "alembic_version",
            "accounts",
            "users",
            "projects",
            "documents",
            "document_versions",
            "tags",
            TABLE_DROPPED_BY_HAND,
            "settings",
            "roles",
            "permissions",
            "role_assignments",
            "sessions",
            "audit_events",
            "audit_retention",
            "devices");

    private final Path folder;
    private final DatabaseUrl database;
    private final Steps steps;
    private final DemoReport report;

    /** @param folder of the example */
    public BranchingSchema(Path folder, DatabaseUrl database, Steps steps) {
        this.folder = folder;
        this.database = database;
        this.steps = steps;
        this.report = new DemoReport(steps);
    }

    /** Answers the exit code. */
    public int run() throws Exception {
        steps.section("The mistake");
        AlembicGraph mistaken = read(folder, "Revisions read as text, without Python");
        report.check(lintFindsTheMistake(mistaken));
        steps.section("Put right");
        try (CorrectedVersions corrected = CorrectedVersions.of(folder)) {
            AlembicGraph right = read(corrected.folder(), "The parent that the docstring names is written back");
            report.check(nothingIsWrong(right));
            report.check(orderIsLinear(right.graph()));
            steps.section("What is live");
            try (Connection connection = database.connect()) {
                load(connection);
                AlembicGraph known = right.comparedWith(catalog());
                report.check(nothingDiffers(known));
                report.check(featuresStandAsTheyShould(known));
                report.check(missingTableIsNoticed(connection, right));
            }
        }
        return report.exitCode();
    }

    public ObjectNode told() {
        return report.json();
    }

    private AlembicGraph read(Path from, String title) throws Exception {
        Path versions = from.resolve("versions");
        return steps.step(
                title,
                () -> AlembicGraph.read(versions, Expectations.of(versions, List.of(), List.of())),
                graph -> graph.graph().size() + " revisions, "
                        + graph.graph().roots().size() + " roots");
    }

    private Check lintFindsTheMistake(AlembicGraph graph) {
        List<Finding> problems = problems(graph);
        problems.forEach(problem -> steps.note("%s", problem.message()));
        Findings findings = new Findings();
        if (problems.stream().noneMatch(problem -> problem.code().equals("unexpected_root"))) {
            findings.add("no root is unexpected");
        }
        problems.stream()
                .filter(problem -> !problem.place().file().endsWith("tenant_0001_isolation.py"))
                .forEach(problem -> findings.add("%s", problem.text()));
        return findings.check(
                "lint finds the lost parent, and nothing else wrong",
                "%d problems in one file, exit code %d",
                problems.size(),
                exitCode(graph));
    }

    private static int exitCode(AlembicGraph graph) {
        return problems(graph).isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENCES;
    }

    private static List<Finding> problems(AlembicGraph graph) {
        return graph.findings().stream().filter(Finding::isProblem).toList();
    }

    private static Check nothingIsWrong(AlembicGraph graph) {
        Findings findings = new Findings();
        problems(graph).forEach(problem -> findings.add("%s", problem.text()));
        int roots = graph.graph().roots().size();
        int heads = graph.graph().heads().size();
        if (roots != ROOTS_INTENDED || heads != 1) {
            findings.add("%d roots, %d heads", roots, heads);
        }
        return findings.check(
                "nothing is wrong any more",
                "%d roots that are meant to be there, %d head, exit code %d",
                roots,
                heads,
                exitCode(graph));
    }

    private static Check orderIsLinear(Graph graph) {
        Findings findings = new Findings();
        LinearOrder order = LinearOrder.of(graph);
        int[] positions = order.positions();
        for (int index : order.indexes()) {
            for (int earlier : graph.before(index)) {
                if (positions[earlier] >= positions[index]) {
                    findings.add(
                            "%s comes before %s, which it needs",
                            graph.node(index).id(), graph.node(earlier).id());
                }
            }
        }
        List<Integer> indexes = order.indexes();
        return findings.check(
                "there is one linear order, each after what it needs",
                "%s … %s",
                graph.node(indexes.get(0)).id(),
                graph.node(indexes.get(indexes.size() - 1)).id());
    }

    private void load(Connection connection) throws Exception {
        ExampleTables tables = new ExampleTables(connection, TABLES);
        tables.requireFree();
        steps.step(
                "A database that some branches have reached",
                () -> tables.make(filling -> {
                    new Sql(filling).script(ExampleTables.read(folder, "state.sql"));
                    return TABLES.size();
                }),
                count -> count - 1 + " tables");
    }

    private DatabaseCatalog catalog() {
        return DatabaseCatalog.read(database, DatabaseCatalog.VERSION_TABLE);
    }

    private static Check nothingDiffers(AlembicGraph known) {
        Findings findings = new Findings();
        problems(known).forEach(problem -> findings.add("%s", problem.text()));
        long applied = known.graph().nodes().stream()
                .filter(node -> !node.state().orElse("").equals("unapplied"))
                .count();
        return findings.check(
                "what is recorded is what is there",
                "%d of %d revisions",
                applied,
                known.graph().size());
    }

    private Check featuresStandAsTheyShould(AlembicGraph known) {
        List<FeatureState> states = new FeatureCheck(known.graph(), known.creators(), catalog()::has)
                .states(Feature.read(folder.resolve("features.yaml")));
        Findings findings = new Findings();
        long live = states.stream().filter(FeatureState::isLive).count();
        if (live != LIVE || states.size() - live != MISSING) {
            findings.add("%d live, %d missing", live, states.size() - live);
        }
        states.stream().filter(state -> !state.isLive()).forEach(state -> {
            if (state.missingMigrations().isEmpty()) {
                findings.add("%s waits for no migration", state.feature().name());
            }
            String tables = state.missingTables().stream().map(Object::toString).collect(Collectors.joining(", "));
            steps.note(
                    "%-12s waits for %-32s %s",
                    state.feature().name(), String.join(", ", state.missingMigrations()), tables);
        });
        return findings.check("features: nine live, six missing", "each with what it waits for");
    }

    /** At head, but a table is missing: it has happened to people. The table comes back. */
    private Check missingTableIsNoticed(Connection connection, AlembicGraph graph) throws SQLException {
        Sql sql = new Sql(connection);
        sql.script("ALTER TABLE public." + TABLE_DROPPED_BY_HAND + " RENAME TO taken_away");
        List<Finding> problems;
        try {
            problems = problems(graph.comparedWith(catalog()));
        } finally {
            sql.script("ALTER TABLE public.taken_away RENAME TO " + TABLE_DROPPED_BY_HAND);
        }
        Findings findings = new Findings();
        if (problems.size() != 1 || !problems.get(0).message().contains(TABLE_DROPPED_BY_HAND)) {
            findings.add("found %s", problems);
        }
        return findings.check(
                "a table that is recorded but missing is noticed",
                "%s, taken away for a moment",
                TABLE_DROPPED_BY_HAND);
    }
}
