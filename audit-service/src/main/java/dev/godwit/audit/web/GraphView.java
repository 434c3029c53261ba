package dev.godwit.audit.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The graph of migrations laid out from top to bottom: every migration below all that it depends on. */
public record GraphView(List<Node> nodes, List<Edge> edges, int width, int height) {

    private static final int NODE_WIDTH = 216;
    private static final int NODE_HEIGHT = 62;
    private static final int GAP = 28;
    private static final int ROW = 116;
    private static final int MARGIN = 12;
    private static final int TEXT_MAX = 25;

    /** A migration and its box. */
    public record Node(
            String name,
            String operation,
            String state,
            List<String> parents,
            boolean head,
            boolean root,
            boolean merge,
            int x,
            int y) {

        /** What fits into the box. */
        public String label() {
            return name.length() <= TEXT_MAX ? name : name.substring(0, TEXT_MAX - 1) + "…";
        }

        /** The state in words. */
        public String words() {
            return state.replace('-', ' ');
        }

        /** Name of the style of the state's badge. */
        public String tone() {
            return switch (state) {
                case "applied" -> "done";
                case "running" -> "at-work";
                case "drifted" -> "bad";
                case "rolled-back" -> "waiting";
                default -> "undone";
            };
        }

        /** Where the mark of the state is drawn. */
        public int dotX() {
            return x + 18;
        }

        /** As {@link #dotX}. */
        public int dotY() {
            return y + 24;
        }

        /** Where its texts begin. */
        public int textX() {
            return x + 32;
        }

        /** Base line of its name. */
        public int nameY() {
            return y + 28;
        }

        /** Base line of its state. */
        public int wordsY() {
            return y + 48;
        }

        /** What is special about its place; empty where nothing is. */
        public String place() {
            List<String> places = new ArrayList<>();
            if (root) {
                places.add("root");
            }
            if (merge) {
                places.add("merge point");
            }
            if (head) {
                places.add("head");
            }
            return String.join(", ", places);
        }
    }

    /** A line from a migration to one that depends on it, as SVG writes a path. */
    public record Edge(String from, String to, String path) {}

    /** Heads, by name. */
    public List<String> heads() {
        return nodes.stream().filter(Node::head).map(Node::name).toList();
    }

    /** Merge points, by name. */
    public List<String> merges() {
        return nodes.stream().filter(Node::merge).map(Node::name).toList();
    }

    /** Lays out what migration-service answers: migrations, parents before children. */
    static GraphView of(JsonNode migrations) {
        Map<String, JsonNode> byName = new LinkedHashMap<>();
        migrations.forEach(each -> byName.put(each.path("name").asText(), each));
        Map<String, Integer> depths = new HashMap<>();
        byName.keySet().forEach(name -> depths.put(name, depth(name, byName, depths, new HashSet<>())));
        Map<String, int[]> places = places(byName, depths);
        Set<String> withChildren = new HashSet<>();
        byName.values().forEach(each -> withChildren.addAll(parents(each, byName)));
        List<Node> nodes = new ArrayList<>();
        List<Edge> edges = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : byName.entrySet()) {
            List<String> parents = parents(each.getValue(), byName);
            int[] place = places.get(each.getKey());
            nodes.add(new Node(
                    each.getKey(),
                    each.getValue().path("operation").asText(),
                    each.getValue().path("state").asText("unapplied"),
                    parents,
                    !withChildren.contains(each.getKey()),
                    parents.isEmpty(),
                    parents.size() > 1,
                    place[0],
                    place[1]));
            parents.forEach(parent -> edges.add(new Edge(parent, each.getKey(), path(places.get(parent), place))));
        }
        int right = nodes.stream().mapToInt(Node::x).max().orElse(0) + NODE_WIDTH;
        int bottom = nodes.stream().mapToInt(Node::y).max().orElse(0) + NODE_HEIGHT;
        return new GraphView(List.copyOf(nodes), List.copyOf(edges), right + MARGIN, bottom + MARGIN);
    }

    private static List<String> parents(JsonNode migration, Map<String, JsonNode> known) {
        List<String> parents = new ArrayList<>();
        migration.path("dependsOn").forEach(parent -> {
            if (known.containsKey(parent.asText())) {
                parents.add(parent.asText());
            }
        });
        return parents;
    }

    /** The longest way from a root; a cycle, which is a mistake of the definitions, is cut where it is entered. */
    private static int depth(
            String name, Map<String, JsonNode> known, Map<String, Integer> depths, Set<String> entered) {
        Integer found = depths.get(name);
        if (found != null) {
            return found;
        }
        if (!entered.add(name)) {
            return 0;
        }
        int depth = 0;
        for (String parent : parents(known.get(name), known)) {
            depth = Math.max(depth, 1 + depth(parent, known, depths, entered));
        }
        depths.put(name, depth);
        return depth;
    }

    /** Rows by depth; within a row those whose parents stand further left come first, and every row is centred. */
    private static Map<String, int[]> places(Map<String, JsonNode> known, Map<String, Integer> depths) {
        Map<Integer, List<String>> rows = new TreeMap<>();
        known.keySet().forEach(name -> rows.computeIfAbsent(depths.get(name), depth -> new ArrayList<>())
                .add(name));
        int widest = rows.values().stream().mapToInt(List::size).max().orElse(0);
        Map<String, int[]> places = new HashMap<>();
        for (Map.Entry<Integer, List<String>> row : rows.entrySet()) {
            List<String> names = row.getValue();
            names.sort(Comparator.comparingDouble((String name) -> parents(known.get(name), known).stream()
                            .filter(places::containsKey)
                            .mapToInt(parent -> places.get(parent)[0])
                            .average()
                            .orElse(0))
                    .thenComparing(name -> name));
            int left = MARGIN + (widest - names.size()) * (NODE_WIDTH + GAP) / 2;
            for (int i = 0; i < names.size(); i++) {
                places.put(names.get(i), new int[] {left + i * (NODE_WIDTH + GAP), MARGIN + row.getKey() * ROW});
            }
        }
        return places;
    }

    private static String path(int[] parent, int[] child) {
        int fromX = parent[0] + NODE_WIDTH / 2;
        int fromY = parent[1] + NODE_HEIGHT;
        int toX = child[0] + NODE_WIDTH / 2;
        int toY = child[1];
        int middle = (fromY + toY) / 2;
        return "M" + fromX + " " + fromY + "C" + fromX + " " + middle + " " + toX + " " + middle + " " + toX + " "
                + toY;
    }
}
