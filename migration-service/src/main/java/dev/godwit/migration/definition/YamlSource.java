package dev.godwit.migration.definition;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlVersionException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads one YAML document into nodes that know their place. What could blow up (anchors, deep nesting) is refused while it is still a flat list of events.
 */
final class YamlSource {

    private static final int DEPTH_MAX = 32;

    /** A page of SQL has some thousand characters. */
    private static final int SCALAR_MAX = 50_000;

    private YamlSource() {}

    /** The document's mapping; empty after a problem was noted. */
    static Optional<MappingNode> read(String text, String file, Problems problems) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(DefinitionDirectory.FILE_BYTES_MAX)
                .build();
        try {
            return isHarmless(text, settings, problems) ? compose(text, settings, problems) : Optional.empty();
        } catch (MarkedYamlEngineException e) {
            problems.at(e.getProblemMark().or(e::getContextMark), "", "malformed YAML: " + e.getProblem(), remedy(e));
        } catch (ReaderException e) {
            String before = text.substring(
                    0, text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length()))));
            problems.inLine(
                    (int) before.chars().filter(c -> c == '\n').count() + 1,
                    before.length() - before.lastIndexOf('\n'),
                    "the character U+%04X is not allowed in YAML".formatted(e.getCodePoint()),
                    "remove it; in a value in double quotes it can be written as an escape");
        } catch (YamlVersionException e) {
            problems.inFile("the line %YAML names a version that is not known", "remove that line");
        } catch (YamlEngineException e) {
            problems.inFile("malformed YAML: " + firstLine(e), "write plain UTF-8 text without control characters");
        }
        return Optional.empty();
    }

    private static boolean isHarmless(String text, LoadSettings settings, Problems problems) {
        int depth = 0;
        int documents = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            switch (event.getEventId()) {
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                case DocumentStart -> documents++;
                default -> {
                    // Scalars and stream marks change neither.
                }
            }
            if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
                problems.at(
                        event.getStartMark(),
                        "",
                        "anchors and aliases (& and *) are not allowed",
                        "write the value out; quote a text that begins with & or *");
                return false;
            }
            if (event instanceof ScalarEvent scalar && scalar.getValue().length() > SCALAR_MAX) {
                problems.at(
                        event.getStartMark(),
                        "",
                        "a text of " + scalar.getValue().length() + " characters, at most " + SCALAR_MAX
                                + " are possible",
                        "a definition holds expressions, no data; keep those elsewhere");
                return false;
            }
            if (depth > DEPTH_MAX) {
                problems.at(
                        event.getStartMark(),
                        "",
                        "nested more than " + DEPTH_MAX + " levels deep",
                        "a definition needs a handful of levels");
                return false;
            }
            if (documents > 1) {
                problems.at(event.getStartMark(), "", "a second document begins here", "write one migration per file");
                return false;
            }
        }
        return true;
    }

    private static Optional<MappingNode> compose(String text, LoadSettings settings, Problems problems) {
        Optional<Node> root = new Compose(settings).composeString(text);
        if (root.isEmpty()) {
            problems.inFile("the file is empty", "write a definition or remove the file");
            return Optional.empty();
        }
        if (!(root.get() instanceof MappingNode mapping)) {
            problems.at(
                    root.get(), "", "a definition is a mapping of keys to values", "begin with 'migration: a-name'");
            return Optional.empty();
        }
        return Optional.of(mapping);
    }

    private static String remedy(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("'\\t'") || problem.contains("TAB")) {
            return "indent with blanks, YAML knows no tabs";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "quote the value or write it as a block (key: |), because it holds ': '; or check the indentation";
        }
        return "quote values that begin with a quote or hold special characters, or write them as a block (key: |)";
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
    }
}
