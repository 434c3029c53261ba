package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects the mistakes of one file while it is read, so that all are told at once. */
final class Problems {

    private final String file;
    private final List<DefinitionError> errors = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void at(Node node, String key, String message, String remedy) {
        at(node.getStartMark(), key, message, remedy);
    }

    void at(Optional<Mark> mark, String key, String message, String remedy) {
        int line = mark.map(m -> m.getLine() + 1).orElse(0);
        int column = mark.map(m -> m.getColumn() + 1).orElse(0);
        errors.add(new DefinitionError(file, line, column, key, message, remedy));
    }

    void inFile(String message, String remedy) {
        errors.add(new DefinitionError(file, 0, 0, "", message, remedy));
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    int size() {
        return errors.size();
    }

    /** By position in the file. */
    List<DefinitionError> errors() {
        return errors.stream()
                .sorted(Comparator.comparingInt(DefinitionError::line).thenComparingInt(DefinitionError::column))
                .toList();
    }
}
