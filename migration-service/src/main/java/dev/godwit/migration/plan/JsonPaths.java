package dev.godwit.migration.plan;

import dev.godwit.migration.definition.ReferencePath;
import dev.godwit.migration.definition.ReferencePath.AnyDepth;
import dev.godwit.migration.definition.ReferencePath.AnyElement;
import dev.godwit.migration.definition.ReferencePath.Member;
import dev.godwit.migration.definition.ReferencePath.Step;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where in JSON texts keys stand: paths gathered over many texts, array indexes generalised. */
final class JsonPaths {

    private final KeySample sample;
    private final Set<ReferencePath> paths = new LinkedHashSet<>();
    private String firstKey = "";
    private boolean insideText;

    JsonPaths(KeySample sample) {
        this.sample = sample;
    }

    /** Whether the text is a JSON object or array; if so, its paths are noted. */
    boolean add(String text) {
        String start = text.stripLeading();
        if (!start.startsWith("{") && !start.startsWith("[")) {
            return false;
        }
        try {
            walk(Json.decodeValue(text), List.of());
            return true;
        } catch (DecodeException e) {
            return false;
        }
    }

    private void walk(Object value, List<Step> way) {
        if (value instanceof JsonObject object) {
            object.forEach(entry -> {
                noteName(entry.getKey());
                walk(entry.getValue(), with(way, new Member(entry.getKey())));
            });
        } else if (value instanceof JsonArray array) {
            array.forEach(element -> walk(element, with(way, new AnyElement())));
        } else if (value instanceof String text) {
            note(text, way);
        }
    }

    private void note(String text, List<Step> way) {
        if (sample.contains(text)) {
            paths.add(new ReferencePath(way));
            firstKey = firstKey.isEmpty() ? text : firstKey;
        } else {
            noteName(text);
        }
    }

    /** A key that is a part of a string, or the name of a member, cannot be reached by a path. */
    private void noteName(String text) {
        sample.tokens(text)
                .results()
                .map(match -> match.group())
                .filter(sample::contains)
                .findFirst()
                .ifPresent(key -> {
                    insideText = true;
                    firstKey = firstKey.isEmpty() ? key : firstKey;
                });
    }

    private static List<Step> with(List<Step> way, Step step) {
        List<Step> longer = new ArrayList<>(way);
        longer.add(step);
        return longer;
    }

    String firstKey() {
        return firstKey;
    }

    /** Whether keys also stand inside longer strings or as names of members. */
    boolean isInsideText() {
        return insideText;
    }

    /** One path that covers all that were found: the one itself, else at any depth, by the last name if they share it. */
    Optional<ReferencePath> path() {
        if (paths.size() <= 1) {
            return paths.stream().findFirst();
        }
        Set<Step> last = new LinkedHashSet<>();
        paths.forEach(path -> last.add(
                path.steps().isEmpty()
                        ? new AnyDepth()
                        : path.steps().get(path.steps().size() - 1)));
        Step shared = last.iterator().next();
        boolean byName = last.size() == 1 && shared instanceof Member;
        return Optional.of(new ReferencePath(byName ? List.of(new AnyDepth(), shared) : List.of(new AnyDepth())));
    }
}
