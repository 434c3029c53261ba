package dev.godwit.migration.plan;

import dev.godwit.migration.definition.ReferencePattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;

/** What stands around keys in texts: patterns gathered over many texts, what differs generalised segment by segment. */
final class TextPatterns {

    private final KeySample sample;
    private final Map<String, List<Place>> byShape = new TreeMap<>();
    private String firstKey = "";

    TextPatterns(KeySample sample) {
        this.sample = sample;
    }

    private record Place(List<String> before, List<String> behind) {
        String shape() {
            return before.size() + "/" + behind.size();
        }
    }

    /**
     * A pattern and how many of the texts gave rise to it.
     *
     * @param texts number of texts
     */
    record Counted(String pattern, int texts) {}

    /** Notes the first key in the text. */
    void add(String text) {
        Matcher matcher = sample.tokens(text);
        while (matcher.find()) {
            if (sample.contains(matcher.group())) {
                Place place = new Place(
                        segments(text.substring(0, matcher.start())), segments(text.substring(matcher.end())));
                byShape.computeIfAbsent(place.shape(), shape -> new ArrayList<>())
                        .add(place);
                firstKey = firstKey.isEmpty() ? matcher.group() : firstKey;
                return;
            }
        }
    }

    private static List<String> segments(String text) {
        return Arrays.asList(text.split("/", -1));
    }

    String firstKey() {
        return firstKey;
    }

    /** The patterns, commonest first. */
    List<Counted> patterns() {
        return byShape.values().stream()
                .map(places -> new Counted(pattern(places), places.size()))
                .sorted(Comparator.comparingInt(Counted::texts).reversed().thenComparing(Counted::pattern))
                .toList();
    }

    private static String pattern(List<Place> places) {
        List<String> before = generalise(places.stream().map(Place::before).toList());
        List<String> behind = generalise(places.stream().map(Place::behind).toList());
        return String.join("/", before) + ReferencePattern.KEY + String.join("/", behind);
    }

    private static List<String> generalise(List<List<String>> rows) {
        List<String> segments = new ArrayList<>();
        for (int i = 0; i < rows.get(0).size(); i++) {
            int position = i;
            segments.add(common(
                    rows.stream().map(row -> row.get(position)).distinct().toList()));
        }
        return segments;
    }

    private static String common(List<String> values) {
        String first = values.get(0);
        if (values.size() == 1) {
            return first;
        }
        int shortest = values.stream().mapToInt(String::length).min().orElse(0);
        int prefix = 0;
        while (prefix < shortest && sameAt(values, prefix)) {
            prefix++;
        }
        int suffix = 0;
        while (suffix < shortest - prefix && sameFromEnd(values, suffix)) {
            suffix++;
        }
        return first.substring(0, prefix) + "*" + first.substring(first.length() - suffix);
    }

    private static boolean sameAt(List<String> values, int index) {
        return values.stream()
                .allMatch(value -> value.charAt(index) == values.get(0).charAt(index));
    }

    private static boolean sameFromEnd(List<String> values, int index) {
        String first = values.get(0);
        return values.stream()
                .allMatch(
                        value -> value.charAt(value.length() - 1 - index) == first.charAt(first.length() - 1 - index));
    }
}
