package dev.godwit.migration.plan;

import dev.godwit.migration.definition.ReferencePath;
import dev.godwit.migration.definition.ReferencePath.AnyElement;
import dev.godwit.migration.definition.ReferencePath.Member;
import dev.godwit.migration.definition.ReferencePath.Step;
import dev.godwit.migration.definition.TableName;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in texts and JSON numbers stand of which a name says that they are keys. */
final class NumberPlaces {

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private final NumberNames names;
    private final Pattern inText;
    private final Map<Place, List<Long>> found = new LinkedHashMap<>();

    NumberPlaces(NumberNames names) {
        this.names = names;
        this.inText = names.inText();
    }

    /** A place that a reference can name. */
    record Place(String text, boolean path) {
        String line(TableName table, String column) {
            return path
                    ? ReferenceLine.path(table, column, text)
                    : ReferenceLine.pattern(table, column, text + "{key}");
        }
    }

    void add(String value) {
        String start = value.stripLeading();
        if (start.startsWith("{") || start.startsWith("[")) {
            try {
                walk(Json.decodeValue(value), List.of(), false);
                return;
            } catch (DecodeException notJson) {
                // It is a text like any other then.
            }
        }
        Matcher matcher = inText.matcher(value);
        while (matcher.find()) {
            note(new Place(matcher.group(1), false), Long.parseLong(matcher.group(2)));
        }
    }

    private void walk(Object value, List<Step> way, boolean told) {
        if (value instanceof JsonObject object) {
            object.forEach(
                    entry -> walk(entry.getValue(), with(way, new Member(entry.getKey())), names.tell(entry.getKey())));
        } else if (value instanceof JsonArray array) {
            array.forEach(element -> walk(element, with(way, new AnyElement()), told));
        } else if (told && value instanceof Number number && number.doubleValue() == number.longValue()) {
            note(new Place(new ReferencePath(way).toString(), true), number.longValue());
        } else if (told && value instanceof String text && DIGITS.matcher(text).matches()) {
            note(new Place(new ReferencePath(way).toString(), true), Long.parseLong(text));
        }
    }

    private static List<Step> with(List<Step> way, Step step) {
        List<Step> longer = new ArrayList<>(way);
        longer.add(step);
        return longer;
    }

    private void note(Place place, long number) {
        found.computeIfAbsent(place, first -> new ArrayList<>()).add(number);
    }

    /** All numbers by place. */
    Map<Place, List<Long>> found() {
        return found;
    }

    /** Each number once. */
    Set<Long> numbers() {
        Set<Long> numbers = new LinkedHashSet<>();
        found.values().forEach(numbers::addAll);
        return numbers;
    }
}
