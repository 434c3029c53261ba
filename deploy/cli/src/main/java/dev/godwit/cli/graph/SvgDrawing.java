package dev.godwit.cli.graph;

import dev.godwit.cli.Failure;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The graph as a picture that needs nothing else: light or dark as the reader's system is, a text for every node, states in words and colours.
 */
public final class SvgDrawing {
    /** Nobody reads more boxes, and no browser likes them. */
    static final int NODES_MAX = 10_000;

    private static final double MARGIN = 24;
    private static final double CHARACTER_WIDTH = 7.3;
    private static final double WIDTH_MIN = 84;
    private static final int TITLE_MAX = 34;

    private final Graph graph;
    private final String name;
    private final Set<String> wrong;
    private final StringBuilder svg = new StringBuilder();

    private SvgDrawing(Graph graph, String name, List<Finding> findings) {
        this.graph = graph;
        this.name = name;
        this.wrong = findings.stream()
                .filter(Finding::isProblem)
                .map(Finding::subject)
                .collect(Collectors.toSet());
    }

    /**
     * @param name what the picture shows, for its title
     * @param findings nodes with problems are framed
     * @throws Failure (usage) when there are too many nodes for a picture
     */
    public static String of(Graph graph, String name, String noun, List<Finding> findings) {
        if (graph.size() > NODES_MAX) {
            throw Failure.usage("a picture of " + graph.size() + " " + noun + "s cannot be read (at most " + NODES_MAX
                    + "); use --json or --order");
        }
        SvgDrawing drawing = new SvgDrawing(graph, name, findings);
        drawing.draw(noun);
        return drawing.svg.toString();
    }

    private void draw(String noun) {
        double[] widths = new double[graph.size()];
        for (int i = 0; i < widths.length; i++) {
            int characters = Math.max(graph.node(i).id().length(), second(i).length());
            widths[i] = Math.max(WIDTH_MIN, characters * CHARACTER_WIDTH + 24);
        }
        Layout layout = new Layout(graph, widths);
        double width = layout.width() + 2 * MARGIN;
        double height = layout.height() + 2 * MARGIN;
        svg.append(text(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\""
                        + " aria-labelledby=\"graph-title graph-desc\">%n",
                width, height, width, height));
        svg.append("<title id=\"graph-title\">").append(escape(name)).append("</title>\n");
        svg.append("<desc id=\"graph-desc\">")
                .append(escape(GraphTable.summary(graph, noun)))
                .append(
                        ". Arrows go from what comes first to what needs it; dashed ones are dependencies that are no parents.</desc>\n");
        svg.append("<style>\n").append(style()).append("</style>\n");
        svg.append(
                "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                        + "<path class=\"tip\" d=\"M0 0 8 4 0 8z\"/></marker></defs>\n");
        svg.append(text("<rect class=\"ground\" width=\"%.0f\" height=\"%.0f\"/>%n", width, height));
        svg.append(text("<g transform=\"translate(%.0f %.0f)\">%n", MARGIN, MARGIN));
        layout.edges().forEach(this::edge);
        for (int i = 0; i < graph.size(); i++) {
            node(i, layout.middle(i), widths[i]);
        }
        svg.append("</g>\n</svg>\n");
    }

    /** Between rows an edge curves; past a row it goes straight, so that it cuts no corner of a box. */
    private void edge(Layout.Edge edge) {
        List<Layout.Point> points = edge.points();
        double half = Layout.NODE_HEIGHT / 2;
        StringBuilder path = new StringBuilder(
                text("M%.1f %.1f", points.get(0).x(), points.get(0).y() + half));
        for (int i = 1; i < points.size(); i++) {
            Layout.Point from = points.get(i - 1);
            Layout.Point to = points.get(i);
            double below = from.y() + half;
            double above = to.y() - half - 1;
            double bend = (above - below) / 2;
            path.append(i == 1 ? "" : text(" V%.1f", below));
            path.append(text(
                    " C%.1f %.1f %.1f %.1f %.1f %.1f", from.x(), below + bend, to.x(), above - bend, to.x(), above));
        }
        String kind = edge.isBackward() ? "edge backward" : edge.isParent() ? "edge" : "edge dependency";
        svg.append("<path class=\"")
                .append(kind)
                .append("\" marker-end=\"url(#arrow)\" d=\"")
                .append(path)
                .append("\"/>\n");
    }

    private void node(int index, Layout.Point middle, double width) {
        Node node = graph.node(index);
        String state = node.state().orElse("");
        String kind = Palette.isKnown(state) ? "node " + Palette.cssClass(state) : "node";
        String marks = GraphTable.marks(graph, index);
        svg.append("<g class=\"")
                .append(kind)
                .append(wrong.contains(node.id()) ? " wrong" : "")
                .append("\"><title>");
        svg.append(escape(node.id()));
        for (String more : List.of(node.title(), state, marks)) {
            svg.append(more.isEmpty() ? "" : "\n" + escape(more));
        }
        svg.append("</title>");
        svg.append(text(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" rx=\"6\"/>",
                middle.x() - width / 2, middle.y() - Layout.NODE_HEIGHT / 2, width, Layout.NODE_HEIGHT));
        String second = second(index);
        label("id", node.id(), middle, second.isEmpty() ? 5 : -3);
        if (!second.isEmpty()) {
            label("more", second, middle, 14);
        }
        svg.append("</g>\n");
    }

    private void label(String kind, String content, Layout.Point middle, double below) {
        svg.append(text("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", kind, middle.x(), middle.y() + below))
                .append(escape(content))
                .append("</text>");
    }

    /** The line below the id: the state, and what there is to tell beside it. */
    private String second(int index) {
        Node node = graph.node(index);
        String state = node.state().orElse("");
        String title = node.title().length() > TITLE_MAX
                ? node.title().substring(0, TITLE_MAX - 1).strip() + "…"
                : node.title();
        return state.isEmpty() || title.isEmpty() ? state + title : state + " · " + title;
    }

    private static String style() {
        StringBuilder style = new StringBuilder("""
                text { font-family: ui-sans-serif, system-ui, sans-serif; text-anchor: middle; fill: #1b1f24 }
                .id { font-size: 13px; font-weight: 600 }
                .more { font-size: 11px }
                .ground { fill: #ffffff }
                .node rect { fill: #f6f8fa; stroke: #8c959f; stroke-width: 1.2 }
                .edge { fill: none; stroke: #6e7781; stroke-width: 1.3 }
                .dependency { stroke-dasharray: 5 4 }
                .backward { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 2 3 }
                .tip { fill: #6e7781 }
                """);
        for (String state : Palette.states()) {
            rule(style, state, Palette.of(state).fill(), Palette.of(state).stroke());
        }
        style.append(".node.wrong rect { stroke: #cf222e; stroke-width: 3 }\n");
        style.append("""
                @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3 }
                .ground { fill: #0d1117 }
                .node rect { fill: #21262d; stroke: #6e7681 }
                .edge { stroke: #8b949e }
                .backward { stroke: #ff7b72 }
                .tip { fill: #8b949e }
                """);
        for (String state : Palette.states()) {
            rule(style, state, Palette.of(state).darkFill(), Palette.of(state).darkStroke());
        }
        return style.append(".node.wrong rect { stroke: #ff7b72 }\n}\n").toString();
    }

    private static void rule(StringBuilder style, String state, String fill, String stroke) {
        style.append(".")
                .append(Palette.cssClass(state))
                .append(" rect { fill: ")
                .append(fill)
                .append("; stroke: ")
                .append(stroke)
                .append(" }\n");
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** XML knows no control characters at all, not even escaped ones. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            boolean isControl =
                    (c < 0x20 && c != '\t' && c != '\n') || (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF;
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(isControl ? 0xFFFD : c);
            }
        });
        return escaped.toString();
    }
}
