package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects the mistakes of one file while it is read, so that all are told at once; of very many, the first. */
final class Problems {

    private static final int TOLD_MAX = 50;

    /** Messages quote what people wrote, which may be long: so much of the beginning and of the end is told. */
    private static final int HEAD = 200;

    private static final int TAIL = 100;

    private final String file;
    private final List<DefinitionError> errors = new ArrayList<>();
    private int count;

    Problems(String file) {
        this.file = file;
    }

    void at(Node node, String key, String message, String remedy) {
        at(node.getStartMark(), key, message, remedy);
    }

    void at(Optional<Mark> mark, String key, String message, String remedy) {
        int line = mark.map(m -> m.getLine() + 1).orElse(0);
        int column = mark.map(m -> m.getColumn() + 1).orElse(0);
        add(line, column, key, message, remedy);
    }

    void inFile(String message, String remedy) {
        add(0, 0, "", message, remedy);
    }

    /** A problem at a place that is known by its line and column, from 1. */
    void inLine(int line, int column, String message, String remedy) {
        add(line, column, "", message, remedy);
    }

    private void add(int line, int column, String key, String message, String remedy) {
        count++;
        if (count <= TOLD_MAX) {
            errors.add(new DefinitionError(file, line, column, brief(key), brief(message), brief(remedy)));
        } else if (count == TOLD_MAX + 1) {
            errors.add(new DefinitionError(
                    file, line, column, "", "there are more mistakes than " + TOLD_MAX, "mend the first ones first"));
        }
    }

    private static String brief(String text) {
        int length = text.codePointCount(0, text.length());
        return length <= HEAD + TAIL
                ? text
                : text.substring(0, text.offsetByCodePoints(0, HEAD)) + " … "
                        + text.substring(text.offsetByCodePoints(0, length - TAIL));
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether nothing more will be told. */
    boolean isFull() {
        return count > TOLD_MAX;
    }

    /** All of them, told or not. */
    int size() {
        return count;
    }

    /** By position in the file. */
    List<DefinitionError> errors() {
        return errors.stream()
                .sorted(Comparator.comparingInt(DefinitionError::line).thenComparingInt(DefinitionError::column))
                .toList();
    }
}
