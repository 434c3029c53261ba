package dev.godwit.cli.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Where everything stands in a drawing from top to bottom. A node's layer is the longest way to it from a root; an edge over several layers passes through a
 * bend in each, which takes part in the ordering like a node; within a layer order follows the mean of the neighbours. Edges of a cycle that point backwards
 * take no part in it.
 */
final class Layout {
    static final double NODE_HEIGHT = 46;
    static final double LAYER_HEIGHT = 92;

    private static final double GAP = 22;
    private static final double BEND_WIDTH = 8;
    private static final int SWEEPS = 12;
    /** Beyond so many bends edges go straight: the picture is unreadable anyhow, and must not fill the memory. */
    private static final int BENDS_MAX = 200_000;

    /** A point on an edge, or the middle of a node. */
    record Point(double x, double y) {}

    /**
     * @param points middles of all that it passes, from the earlier node's to the later one's
     * @param isBackward part of a cycle: it points from a later position to an earlier one
     */
    record Edge(int from, int to, boolean isParent, boolean isBackward, List<Point> points) {}

    private final Graph graph;
    private final double[] nodeWidths;
    private final int[] positions;
    /** Items are the nodes, then the bends. */
    private final List<List<Integer>> layers = new ArrayList<>();

    private final List<int[]> up = new ArrayList<>();
    private final List<int[]> down = new ArrayList<>();
    private final List<Integer> layerOf = new ArrayList<>();
    private final List<int[]> chains = new ArrayList<>();
    private double[] x;

    /** @param nodeWidths by the node's number */
    Layout(Graph graph, double[] nodeWidths) {
        this.graph = graph;
        this.nodeWidths = nodeWidths;
        this.positions = LinearOrder.of(graph).positions();
        assignLayers();
        routeEdges();
        linkNeighbours();
        sortLayers();
        placeLayers();
    }

    Point middle(int item) {
        return new Point(x[item], layerOf.get(item) * LAYER_HEIGHT + NODE_HEIGHT / 2);
    }

    double width() {
        double right = 0;
        for (int i = 0; i < x.length; i++) {
            right = Math.max(right, x[i] + widthOf(i) / 2);
        }
        return right;
    }

    double height() {
        return layers.isEmpty() ? 0 : (layers.size() - 1) * LAYER_HEIGHT + NODE_HEIGHT;
    }

    List<Edge> edges() {
        return chains.stream()
                .map(chain -> {
                    int from = chain[0];
                    int to = chain[chain.length - 1];
                    List<Point> points =
                            Arrays.stream(chain).mapToObj(this::middle).toList();
                    return new Edge(from, to, graph.isParent(from, to), isBackward(from, to), points);
                })
                .toList();
    }

    private boolean isBackward(int from, int to) {
        return positions[from] > positions[to];
    }

    private void assignLayers() {
        int[] layer = new int[graph.size()];
        for (int index : LinearOrder.of(graph).indexes()) {
            for (int earlier : graph.before(index)) {
                if (!isBackward(earlier, index)) {
                    layer[index] = Math.max(layer[index], layer[earlier] + 1);
                }
            }
        }
        for (int i = 0; i < graph.size(); i++) {
            add(i, layer[i]);
        }
    }

    private void add(int item, int layer) {
        while (layers.size() <= layer) {
            layers.add(new ArrayList<>());
        }
        layers.get(layer).add(item);
        layerOf.add(layer);
    }

    private void routeEdges() {
        int items = graph.size();
        for (int to = 0; to < graph.size(); to++) {
            for (int from : graph.before(to)) {
                int bends = Math.max(0, layerOf.get(to) - layerOf.get(from) - 1);
                boolean isStraight = isBackward(from, to) || items + bends > graph.size() + BENDS_MAX;
                int[] chain = new int[isStraight ? 2 : bends + 2];
                chain[0] = from;
                chain[chain.length - 1] = to;
                for (int i = 1; i + 1 < chain.length; i++) {
                    chain[i] = items++;
                    add(chain[i], layerOf.get(from) + i);
                }
                chains.add(chain);
            }
        }
    }

    private void linkNeighbours() {
        int items = layerOf.size();
        List<List<Integer>> above = new ArrayList<>();
        List<List<Integer>> below = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            above.add(new ArrayList<>(2));
            below.add(new ArrayList<>(2));
        }
        for (int[] chain : chains) {
            for (int i = 1; i < chain.length; i++) {
                if (layerOf.get(chain[i]) - layerOf.get(chain[i - 1]) == 1) {
                    above.get(chain[i]).add(chain[i - 1]);
                    below.get(chain[i - 1]).add(chain[i]);
                }
            }
        }
        for (int i = 0; i < items; i++) {
            up.add(above.get(i).stream().mapToInt(Integer::intValue).toArray());
            down.add(below.get(i).stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /** Starts by id, so that the picture does not depend on the order of files. */
    private void sortLayers() {
        x = new double[layerOf.size()];
        for (List<Integer> layer : layers) {
            layer.sort(Comparator.comparing(this::name));
            number(layer);
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean isDownward = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                List<Integer> layer = layers.get(isDownward ? i : layers.size() - 1 - i);
                sortByNeighbours(layer, isDownward ? up : down);
            }
        }
    }

    private String name(int item) {
        return item < graph.size() ? graph.node(item).id() : "";
    }

    private void number(List<Integer> layer) {
        for (int i = 0; i < layer.size(); i++) {
            x[layer.get(i)] = i;
        }
    }

    private void sortByNeighbours(List<Integer> layer, List<int[]> neighbours) {
        record Weighted(int item, double weight) {}
        List<Weighted> weighted = new ArrayList<>();
        for (int i = 0; i < layer.size(); i++) {
            weighted.add(new Weighted(layer.get(i), meanOf(neighbours.get(layer.get(i)), i)));
        }
        // A stable sort: equal ones keep their order.
        weighted.sort(Comparator.comparingDouble(Weighted::weight));
        for (int i = 0; i < layer.size(); i++) {
            layer.set(i, weighted.get(i).item());
        }
        number(layer);
    }

    private double meanOf(int[] neighbours, double otherwise) {
        return Arrays.stream(neighbours).mapToDouble(item -> x[item]).average().orElse(otherwise);
    }

    private void placeLayers() {
        for (List<Integer> layer : layers) {
            space(layer, layer.stream().mapToDouble(item -> 0).toArray());
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean isDownward = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                List<Integer> layer = layers.get(isDownward ? i : layers.size() - 1 - i);
                List<int[]> neighbours = isDownward ? up : down;
                space(
                        layer,
                        layer.stream()
                                .mapToDouble(item -> meanOf(neighbours.get(item), x[item]))
                                .toArray());
            }
        }
        moveIntoView();
    }

    private void space(List<Integer> layer, double[] wanted) {
        double[] widths = layer.stream().mapToDouble(this::widthOf).toArray();
        double[] middles = Spacing.place(wanted, widths, GAP);
        for (int i = 0; i < middles.length; i++) {
            x[layer.get(i)] = middles[i];
        }
    }

    private double widthOf(int item) {
        return item < graph.size() ? nodeWidths[item] : BEND_WIDTH;
    }

    private void moveIntoView() {
        double left = 0;
        for (int i = 0; i < x.length; i++) {
            left = i == 0 ? x[i] - widthOf(i) / 2 : Math.min(left, x[i] - widthOf(i) / 2);
        }
        for (int i = 0; i < x.length; i++) {
            x[i] -= left;
        }
    }
}
