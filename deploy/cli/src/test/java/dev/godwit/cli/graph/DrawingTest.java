package dev.godwit.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class DrawingTest {
    private static final String HOSTILE = "</style><script>&\"'\u0000\u0007]]> é 🐦 --> \ud800";

    @Test
    void shouldDrawWellFormedXmlWhateverTheNamesAre() throws Exception {
        Place place = new Place(HOSTILE, 1);
        Node hostile =
                new Node(HOSTILE, HOSTILE, List.of(), List.of(), List.of(), Optional.of("made-up"), place, place);
        Node other = Nodes.node("b", List.of(HOSTILE, "b2"), List.of());
        Node loop = Nodes.node("b2", List.of("b"), List.of());
        Graph graph = Graph.of(List.of(hostile, other, loop));

        Document svg = parse(SvgDrawing.of(graph, HOSTILE, "revision", List.of()));

        assertThat(svg.getElementsByTagName("title").getLength()).isEqualTo(4);
        assertThat(svg.getElementsByTagName("desc").item(0).getTextContent()).startsWith("3 revisions: 1 root,");
        assertThat(svg.getDocumentElement().getAttribute("role")).isEqualTo("img");
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.getElementsByTagName("style").item(0).getTextContent())
                .contains("@media (prefers-color-scheme: dark)");
    }

    @Test
    void shouldDrawAnEmptyGraph() throws Exception {
        assertThat(parse(SvgDrawing.of(Graph.of(List.of()), "x", "revision", List.of())))
                .isNotNull();
        assertThat(MermaidText.of(Graph.of(List.of()))).isEqualTo("flowchart TD\n");
    }

    @Test
    void shouldEscapeMermaid() {
        Graph graph =
                Graph.of(List.of(Nodes.node("a\"];b", List.of(), List.of()).in("applied")));

        assertThat(MermaidText.of(graph))
                .contains("n0[\"a#34;#93;#59;b<br/>applied\"]:::is-applied")
                .contains("classDef is-applied fill:");
    }

    @Test
    void shouldDrawThreeHundredNodesWithMergesInTime() throws Exception {
        Graph graph = Graph.of(tangle(300));

        long begin = System.nanoTime();
        String svg = SvgDrawing.of(graph, "Tangle", "revision", Soundness.check(graph.nodes(), graph, "revision"));
        Duration taken = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(taken).isLessThan(Duration.ofSeconds(2));
        assertThat(parse(svg).getElementsByTagName("rect").getLength()).isEqualTo(301);
    }

    @Test
    void shouldPutEverythingBelowWhatItNeedsAndNothingOnSomethingElse() {
        Graph graph = Graph.of(tangle(120));
        double[] widths = new double[graph.size()];
        Arrays.fill(widths, 100);

        Layout layout = new Layout(graph, widths);

        for (int i = 0; i < graph.size(); i++) {
            Layout.Point here = layout.middle(i);
            for (int earlier : graph.before(i)) {
                assertThat(layout.middle(earlier).y()).isLessThan(here.y());
            }
            for (int other = 0; other < i; other++) {
                Layout.Point there = layout.middle(other);
                boolean sameRow = Math.abs(there.y() - here.y()) < 1;
                assertThat(!sameRow || Math.abs(there.x() - here.x()) >= 100).isTrue();
            }
            assertThat(here.x()).isGreaterThanOrEqualTo(50 - 0.001);
        }
    }

    @Test
    void shouldSpaceBoxesByLeastSquares() {
        double[] placed = Spacing.place(new double[] {10, 0, 100}, new double[] {10, 10, 10}, 2);

        // The first two want to pass each other: they share the way, the third stays where it wants to be.
        assertThat(placed[0]).isEqualTo(-1, within(1e-9));
        assertThat(placed[1]).isEqualTo(11, within(1e-9));
        assertThat(placed[2]).isEqualTo(100, within(1e-9));
    }

    private static List<Node> tangle(int size) {
        Random random = new Random(7);
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            List<String> parents = new ArrayList<>();
            for (int edge = i % 11 == 0 ? 3 : 1; edge > 0 && i > 0 && i % 40 != 0; edge--) {
                parents.add("revision_" + Math.max(0, i - 1 - random.nextInt(12)));
            }
            List<String> dependencies = i > 50 && i % 17 == 0 ? List.of("revision_" + random.nextInt(i)) : List.of();
            nodes.add(Nodes.node("revision_" + i, parents, dependencies).in(i % 2 == 0 ? "applied" : "unapplied"));
        }
        return nodes;
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
