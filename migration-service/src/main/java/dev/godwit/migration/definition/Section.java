package dev.godwit.migration.definition;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A mapping of the file whose keys are asked for by name. What is missing, of the wrong type or unknown is noted as a problem; the answers are then empty and
 * reading goes on.
 */
final class Section {

    private final MappingNode node;
    private final String path;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();

    /** Notes duplicate and unknown keys at once. */
    Section(MappingNode node, String path, Problems problems, Set<String> known) {
        this.node = node;
        this.path = path;
        this.problems = problems;
        for (NodeTuple tuple : node.getValue()) {
            if (tuple.getKeyNode() instanceof ScalarNode key) {
                add(key, tuple.getValueNode(), known);
            } else {
                problems.at(
                        tuple.getKeyNode(),
                        path,
                        "a key must be a plain word",
                        "known here: " + String.join(", ", known));
            }
        }
    }

    private void add(ScalarNode key, Node value, Set<String> known) {
        String name = key.getValue();
        if (values.containsKey(name)) {
            problems.at(key, pathOf(name), "the key '" + name + "' is there twice", "keep one of them");
        } else if (!known.contains(name)) {
            String hint = Spelling.closest(name, known)
                    .map(guess -> "did you mean '" + guess + "'?")
                    .orElse("known here: " + String.join(", ", known));
            problems.at(key, pathOf(name), "unknown key '" + name + "'", hint);
        } else {
            keys.put(name, key);
            values.put(name, value);
        }
    }

    Problems problems() {
        return problems;
    }

    /** Dotted path of a key of this section. */
    String pathOf(String key) {
        return path.isEmpty() ? key : path + '.' + key;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** Notes a problem with the value of a key, or with the section when the key is absent. */
    void problem(String key, String message, String remedy) {
        problems.at(values.getOrDefault(key, node), pathOf(key), message, remedy);
    }

    /** A scalar that is there and not blank. */
    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).flatMap(value -> scalar(value, pathOf(key)));
    }

    Optional<String> requiredText(String key, String remedy) {
        if (!has(key)) {
            problems.at(node, pathOf(key), "the key '" + key + "' is missing", remedy);
        }
        return text(key);
    }

    /** A scalar that a parser may refuse with an IllegalArgumentException, whose message becomes the problem. */
    <T> Optional<T> parsed(String key, Optional<String> text, String remedy, Function<String, T> parser) {
        try {
            return text.map(parser);
        } catch (IllegalArgumentException e) {
            problem(key, e.getMessage(), remedy);
            return Optional.empty();
        }
    }

    Optional<Double> requiredNumber(String key, String remedy) {
        return parsed(key, requiredText(key, remedy), remedy, text -> {
            double number = parseDouble(text);
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("'" + text + "' is not a number");
            }
            return number;
        });
    }

    private static double parseDouble(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** One of a few words, or the default when the key is absent. */
    <T> Optional<T> choice(String key, Map<String, T> choices, T otherwise) {
        if (!has(key)) {
            return Optional.of(otherwise);
        }
        String remedy = "write one of: " + String.join(", ", choices.keySet());
        return parsed(key, text(key), remedy, text -> {
            if (!choices.containsKey(text)) {
                throw new IllegalArgumentException("'" + text + "' is not possible here");
            }
            return choices.get(text);
        });
    }

    /** A mapping below this one. */
    Optional<Section> section(String key, Set<String> known) {
        return Optional.ofNullable(values.get(key)).flatMap(value -> mapping(value, pathOf(key), known));
    }

    /** A list of mappings; empty when absent. */
    List<Section> sections(String key, Set<String> known) {
        List<Section> sections = new ArrayList<>();
        List<Node> items = items(key);
        for (int i = 0; i < items.size(); i++) {
            mapping(items.get(i), pathOf(key) + '[' + i + ']', known).ifPresent(sections::add);
        }
        return sections;
    }

    /** A list of scalars, each once; empty when absent. */
    List<String> texts(String key) {
        Set<String> texts = new LinkedHashSet<>();
        for (Node item : items(key)) {
            scalar(item, pathOf(key))
                    .filter(text -> !texts.add(text))
                    .ifPresent(text ->
                            problems.at(item, pathOf(key), "'" + text + "' is listed twice", "keep one of them"));
        }
        return List.copyOf(texts);
    }

    /** A mapping with keys of the user's choice; empty when absent. */
    Map<String, String> map(String key) {
        Map<String, String> map = new LinkedHashMap<>();
        Node value = values.get(key);
        if (value instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                Optional<String> name = scalar(tuple.getKeyNode(), pathOf(key));
                Optional<String> text = name.flatMap(n -> scalar(tuple.getValueNode(), pathOf(key) + '.' + n));
                if (text.isPresent() && map.put(name.get(), text.get()) != null) {
                    problems.at(tuple.getKeyNode(), pathOf(key), "'" + name.get() + "' is there twice", "keep one");
                }
            }
        } else if (value != null) {
            problems.at(value, pathOf(key), "must be a mapping, but is " + typeOf(value), "write {name: value}");
        }
        return map;
    }

    private List<Node> items(String key) {
        Node value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        problems.at(
                value,
                pathOf(key),
                "must be a list, but is " + typeOf(value),
                "write [item, item], or lines that begin with '- '");
        return List.of();
    }

    private Optional<Section> mapping(Node value, String at, Set<String> known) {
        if (value instanceof MappingNode mapping) {
            return Optional.of(new Section(mapping, at, problems, known));
        }
        problems.at(value, at, "must be a mapping, but is " + typeOf(value), "write keys: " + String.join(", ", known));
        return Optional.empty();
    }

    private Optional<String> scalar(Node value, String at) {
        if (!(value instanceof ScalarNode scalar)) {
            problems.at(
                    value,
                    at,
                    "must be a single value, but is " + typeOf(value),
                    "quote the text if it is meant as one");
            return Optional.empty();
        }
        if (value.getTag().equals(Tag.NULL) || scalar.getValue().isBlank()) {
            problems.at(value, at, "has no value", "write a value or remove the key");
            return Optional.empty();
        }
        if (scalar.getValue().indexOf('\0') >= 0) {
            problems.at(value, at, "holds a NUL character", "PostgreSQL knows no such text; remove it");
            return Optional.empty();
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(scalar.getValue())) {
            problems.at(value, at, "holds half a character", "write the character itself instead of \\u escapes");
            return Optional.empty();
        }
        return Optional.of(scalar.getValue());
    }

    private static String typeOf(Node value) {
        if (value instanceof MappingNode) {
            return "a mapping";
        }
        if (value instanceof SequenceNode) {
            return "a list";
        }
        return value.getTag().equals(Tag.NULL) ? "empty" : "a single value";
    }
}
