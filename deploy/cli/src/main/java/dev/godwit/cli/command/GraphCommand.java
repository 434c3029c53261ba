package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.alembic.DatabaseCatalog;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.GraphJson;
import dev.godwit.cli.graph.GraphTable;
import dev.godwit.cli.graph.LinearOrder;
import dev.godwit.cli.graph.MermaidText;
import dev.godwit.cli.graph.Node;
import dev.godwit.cli.graph.SvgDrawing;
import dev.godwit.cli.terminal.Table;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The graph of migrations, Godwit's or Alembic's, and what is wrong with it. */
@Command(
        name = "graph",
        description =
                "The graph of migrations: branches, merge points, roots, heads, states, and what is wrong with it.")
public final class GraphCommand extends ServiceCommand {
    @Mixin
    private GraphOptions options;

    @Option(names = "--mermaid", description = "Print a Mermaid flowchart.")
    private boolean mermaid;

    @Option(names = "--svg", description = "Print an SVG picture.")
    private boolean svg;

    @Option(names = "--order", description = "Print one order in which all can run, an id per line.")
    private boolean order;

    @Override
    public Integer call() {
        if (Stream.of(isJson(), mermaid, svg, order).filter(given -> given).count() > 1) {
            throw Failure.usage("--json, --mermaid, --svg and --order exclude each other; --json has the order in it");
        }
        if (options.databaseUrl() != null && options.alembic() == null) {
            throw Failure.usage(
                    "the service tells the states of its own migrations; --database-url is for --alembic DIR");
        }
        LoadedGraph loaded = LoadedGraph.of(options, this::migration);
        print(loaded);
        return loaded.findings().stream().anyMatch(Finding::isProblem) ? ExitCode.DIFFERENCES : ExitCode.DONE;
    }

    private void print(LoadedGraph loaded) {
        if (isJson()) {
            terminal().json(json(loaded));
        } else if (mermaid) {
            terminal().out().print(MermaidText.of(loaded.graph()));
            tell(loaded, terminal()::note);
        } else if (svg) {
            String name = loaded.noun().substring(0, 1).toUpperCase(Locale.ROOT)
                    + loaded.noun().substring(1) + "s";
            terminal().out().print(SvgDrawing.of(loaded.graph(), name, loaded.noun(), loaded.findings()));
            tell(loaded, terminal()::note);
        } else if (order) {
            printOrder(loaded);
            tell(loaded, terminal()::note);
        } else {
            printTable(loaded);
            tell(loaded, terminal()::line);
        }
    }

    private static ObjectNode json(LoadedGraph loaded) {
        ObjectNode object = GraphJson.of(loaded.graph(), loaded.findings());
        loaded.catalog().ifPresent(catalog -> object.set("database", database(catalog)));
        return object;
    }

    private static ObjectNode database(DatabaseCatalog catalog) {
        ObjectNode database =
                object().put("versionTable", catalog.versionTable().orElse(null));
        catalog.versions().forEach(database.putArray("versions")::add);
        return database;
    }

    private void printOrder(LoadedGraph loaded) {
        LinearOrder linear = LinearOrder.of(loaded.graph());
        if (linear.isComplete()) {
            linear.indexes()
                    .forEach(index -> terminal().line(loaded.graph().node(index).id()));
        } else {
            terminal().note("there is no order: a cycle comes before itself");
        }
    }

    private void printTable(LoadedGraph loaded) {
        Graph graph = loaded.graph();
        Table table = new Table(loaded.noun().toUpperCase(Locale.ROOT), "STATE", "SHAPE", "AFTER");
        for (int index : LinearOrder.of(graph).indexes()) {
            Node node = graph.node(index);
            table.row(node.id(), node.state().orElse("-"), GraphTable.marks(graph, index), after(node));
        }
        table.print(terminal());
        terminal().line("");
        terminal().line(GraphTable.summary(graph, loaded.noun()));
    }

    /** Dependencies that are no parents stand in parentheses, as Alembic prints them. */
    private static String after(Node node) {
        String parents = String.join(", ", node.parents());
        String dependencies = String.join(", ", node.dependencies());
        return (parents + (dependencies.isEmpty() ? "" : " (" + dependencies + ")")).strip();
    }

    private static void tell(LoadedGraph loaded, Consumer<String> printer) {
        if (loaded.findings().isEmpty()) {
            return;
        }
        long problems = loaded.findings().stream().filter(Finding::isProblem).count();
        printer.accept("");
        loaded.findings().forEach(finding -> printer.accept(finding.text()));
        printer.accept("");
        printer.accept(problems + (problems == 1 ? " problem, " : " problems, ")
                + (loaded.findings().size() - problems) + " notes");
    }
}
