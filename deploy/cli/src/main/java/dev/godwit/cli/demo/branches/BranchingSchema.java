package dev.godwit.cli.demo.branches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.alembic.AlembicGraph;
import dev.godwit.cli.alembic.Expectations;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.DemoOptions;
import dev.godwit.cli.demo.DemoReport;
import dev.godwit.cli.demo.Steps;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.LinearOrder;
import dev.godwit.cli.stack.Stack;
import java.nio.file.Path;
import java.util.List;

/** A tangle of revisions: the lint finds the edge that is missing; put right, its branches are applied one at a time while an application writes, and one is taken back. */
public final class BranchingSchema {

    /** As it is called on the command line, and the name of its folder in docs/examples. */
    public static final String NAME = "branching-schema";

    private static final int ROOTS_INTENDED = 7;

    private final Stack stack;
    private final DemoOptions options;
    private final Steps steps;
    private final DemoReport report;

    public BranchingSchema(Stack stack, DemoOptions options, Steps steps) {
        this.stack = stack;
        this.options = options;
        this.steps = steps;
        this.report = new DemoReport(steps);
    }

    /** Answers the exit code. */
    public int run() throws Exception {
        steps.section("The mistake");
        AlembicGraph mistaken = read(options.folder(), "Revisions read as text, without Python");
        report.check(lintFindsTheMistake(mistaken));
        steps.section("Put right");
        try (CorrectedVersions corrected = CorrectedVersions.of(options.folder())) {
            AlembicGraph right = read(corrected.folder(), "The parent that the docstring names is written back");
            report.check(nothingIsWrong(right));
            report.check(orderIsLinear(right.graph()));
            new BranchFlight(stack, options, right.graph(), steps, report).fly();
        }
        return report.verdict();
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
}
