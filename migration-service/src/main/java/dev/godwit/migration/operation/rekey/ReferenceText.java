package dev.godwit.migration.operation.rekey;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds keys inside the text of a column and replaces them in place: every other character stays as it is, white space, key order and duplicate keys of JSON included.
 */
public final class ReferenceText {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String KEY = "{key}";
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)");

    private final RekeyModel.FoundReference.Form form;
    private final JsonPath path;
    private final Pattern pattern;
    private final KeyType keyType;

    private ReferenceText(RekeyModel.FoundReference.Form form, KeyType keyType, JsonPath path, Pattern pattern) {
        this.form = form;
        this.keyType = keyType;
        this.path = path;
        this.pattern = pattern;
    }

    /** How keys lie in the text of a declared reference to keys of that type; an array is read as its JSON form. */
    public static ReferenceText of(RekeyModel.FoundReference found, KeyType type) {
        return switch (found.form()) {
            case COLUMN -> new ReferenceText(found.form(), type, null, null);
            case ARRAY -> new ReferenceText(found.form(), type, JsonPath.parse("$.**"), null);
            case JSON ->
                new ReferenceText(
                        found.form(),
                        type,
                        JsonPath.parse(found.reference().path().orElseThrow()),
                        null);
            case PATTERN ->
                new ReferenceText(
                        found.form(),
                        type,
                        null,
                        regex(found.reference().pattern().orElseThrow()));
        };
    }

    /** A pattern's letters stand for themselves; {@code *} is any run without a slash. */
    private static Pattern regex(String text) {
        StringBuilder regex = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith(KEY, at)) {
                regex.append("([A-Za-z0-9_.:@+=-]+)");
                at += KEY.length();
            } else {
                char c = text.charAt(at++);
                regex.append(c == '*' ? "[^/]*" : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    /** @param bare a number in JSON, which is written without quotes */
    private record Span(int from, int to, String text, boolean quoted, boolean bare) {

        /** A number may take the place of a number; any other key needs quotes then. */
        private String replacement(String key) {
            return quoted || becomesText(key) ? "\"" + escape(key) + "\"" : key;
        }

        private boolean becomesText(String key) {
            return bare && !NUMBER.matcher(key).matches();
        }
    }

    /** Every key in the text, as the table it belongs to prints it, in order, doubles included. Text that cannot be read as JSON holds none. */
    public List<String> keys(String text) {
        return spans(text).stream().map(span -> keyType.canonical(span.text())).toList();
    }

    /** Whether replacing by the inverse of {@code map} yields the very text again. */
    public boolean isReversible(String text, Map<String, String> map) {
        return spans(text).stream()
                .filter(span -> map.containsKey(keyType.canonical(span.text())))
                .allMatch(span ->
                        keyType.canonical(span.text()).equals(span.text()) && !span.becomesText(map.get(span.text())));
    }

    /** The text with the keys of {@code map} replaced. */
    public String replace(String text, Map<String, String> map) {
        StringBuilder replaced = new StringBuilder();
        int at = 0;
        for (Span span : spans(text)) {
            String key = map.get(keyType.canonical(span.text()));
            if (key != null) {
                replaced.append(text, at, span.from()).append(span.replacement(key));
                at = span.to();
            }
        }
        return replaced.append(text, at, text.length()).toString();
    }

    private static String escape(String key) {
        return key.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private List<Span> spans(String text) {
        if (text == null) {
            return List.of();
        }
        return switch (form) {
            case COLUMN -> List.of(new Span(0, text.length(), text, false, false));
            case PATTERN -> patternSpans(text);
            case ARRAY, JSON -> jsonSpans(text);
        };
    }

    private List<Span> patternSpans(String text) {
        List<Span> spans = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            spans.add(new Span(matcher.start(1), matcher.end(1), matcher.group(1), false, false));
            // The end of one match may be the start of the next, as in a/1/2: go on right behind the key.
            at = matcher.end(1);
        }
        return spans;
    }

    private List<Span> jsonSpans(String text) {
        List<Span> spans = new ArrayList<>();
        Deque<String> location = new ArrayDeque<>();
        try (JsonParser parser = JSON.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                visit(parser, token, location, spans);
            }
            return spans;
        } catch (IOException notJson) {
            return List.of();
        }
    }

    private void visit(JsonParser parser, JsonToken token, Deque<String> location, List<Span> spans)
            throws IOException {
        boolean scalar = token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT;
        if (!scalar) {
            return;
        }
        location.clear();
        for (var context = parser.getParsingContext();
                context != null && !context.inRoot();
                context = context.getParent()) {
            location.push(context.inArray() ? "[" + context.getCurrentIndex() + "]" : context.getCurrentName());
        }
        if (path.matches(List.copyOf(location))) {
            String key = parser.getText();
            int from = (int) parser.currentTokenLocation().getCharOffset();
            int to = (int) parser.currentLocation().getCharOffset();
            boolean quoted = token == JsonToken.VALUE_STRING;
            spans.add(new Span(from, to, key, quoted, !quoted));
        }
    }
}
