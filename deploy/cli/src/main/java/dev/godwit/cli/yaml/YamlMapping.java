package dev.godwit.cli.yaml;

import dev.godwit.cli.Failure;
import dev.godwit.cli.graph.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Keys and values of a YAML file. Every getter throws a {@link Failure} (usage) that names file, line and the way out when the value is of another kind. */
public final class YamlMapping {
    private static final int FILE_CHARACTERS_MAX = 1 << 20;

    private final String file;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private YamlMapping(String file, MappingNode node) {
        this.file = file;
        this.line = lineOf(node);
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw failure(file, lineOf(tuple.getKeyNode()), "a key must be a plain word");
            }
            if (values.put(key.getValue(), tuple.getValueNode()) != null) {
                throw failure(file, lineOf(key), "'" + key.getValue() + "' is given twice; keep one");
            }
        }
    }

    /**
     * Reads a file whose top is a mapping.
     *
     * @throws Failure (usage) when there is none, or it is not such YAML
     */
    public static YamlMapping read(Path path) {
        String file = path.toString();
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(FILE_CHARACTERS_MAX)
                .build();
        try {
            Optional<Node> root = new Compose(settings).composeString(Files.readString(path));
            if (root.isPresent() && root.get() instanceof MappingNode mapping) {
                return new YamlMapping(file, mapping);
            }
            throw failure(file, 1, "the file must be a mapping of keys to values");
        } catch (MarkedYamlEngineException e) {
            int at = e.getProblemMark()
                    .or(e::getContextMark)
                    .map(mark -> mark.getLine() + 1)
                    .orElse(1);
            throw failure(file, at, "malformed YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw failure(
                    file,
                    1,
                    "malformed YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw Failure.usage(
                    "cannot read " + file + " (" + e.getClass().getSimpleName() + "); name a file that is there");
        }
    }

    /** Where the value of a key is written; the mapping's own place when the key is missing. */
    public Place place(String key) {
        return new Place(file, has(key) ? lineOf(values.get(key)) : line);
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** @throws Failure when there is any other key: it would be a spelling mistake that nobody notices */
    public YamlMapping onlyKeys(String... known) {
        for (Map.Entry<String, Node> entry : values.entrySet()) {
            if (!List.of(known).contains(entry.getKey())) {
                throw failure(
                        file,
                        lineOf(entry.getValue()),
                        "unknown key '" + entry.getKey() + "'; the keys here are " + String.join(", ", known));
            }
        }
        return this;
    }

    /** A text; empty when the key is missing. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).map(node -> scalar(key, node));
    }

    /** One text or a list of texts; no text when the key is missing. Each with the line that it stands on. */
    public List<Entry> texts(String key) {
        Node node = values.get(key);
        if (node == null
                || (node instanceof ScalarNode scalar && scalar.getValue().isEmpty())) {
            return List.of();
        }
        List<Entry> texts = new ArrayList<>();
        List<Node> items = node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
        items.forEach(item -> texts.add(new Entry(scalar(key, item), new Place(file, lineOf(item)))));
        return List.copyOf(texts);
    }

    /** A list of mappings; empty when the key is missing. */
    public List<YamlMapping> mappings(String key) {
        Node node = values.get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw failure(file, lineOf(node), "'" + key + "' must be a list");
        }
        List<YamlMapping> mappings = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (!(item instanceof MappingNode mapping)) {
                throw failure(file, lineOf(item), "each entry of '" + key + "' must be a mapping of keys to values");
            }
            mappings.add(new YamlMapping(file, mapping));
        }
        return mappings;
    }

    /** A text and its place. */
    public record Entry(String text, Place place) {}

    /** Something is wrong with this key: a failure with its place. */
    public Failure wrong(String key, String message) {
        return failure(file, place(key).line(), message);
    }

    private String scalar(String key, Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw failure(file, lineOf(node), "'" + key + "' must be a text");
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    private static Failure failure(String file, int line, String message) {
        return Failure.usage(new Place(file, line) + ": " + message);
    }
}
