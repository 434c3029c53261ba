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

    private final RekeyModel.FoundReference.Form form;
    private final JsonPath path;
    private final Pattern pattern;

    private ReferenceText(RekeyModel.FoundReference.Form form, JsonPath path, Pattern pattern) {
        this.form = form;
        this.path = path;
        this.pattern = pattern;
    }

    /** How keys lie in the text of a declared reference; an array is read as its JSON form. */
    public static ReferenceText of(RekeyModel.FoundReference found) {
        return switch (found.form()) {
            case COLUMN -> new ReferenceText(found.form(), null, null);
            case ARRAY -> new ReferenceText(found.form(), JsonPath.parse("$.**"), null);
            case JSON ->
                new ReferenceText(
                        found.form(), JsonPath.parse(found.reference().path().orElseThrow()), null);
            case PATTERN ->
                new ReferenceText(
                        found.form(), null, regex(found.reference().pattern().orElseThrow()));
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

    private record Span(int from, int to, String key, boolean quoted) {}

    /** Every key in the text, in order, doubles included. Text that cannot be read as JSON holds none. */
    public List<String> keys(String text) {
        return spans(text).stream().map(Span::key).toList();
    }

    /** The text with the keys of {@code map} replaced. */
    public String replace(String text, Map<String, String> map) {
        StringBuilder replaced = new StringBuilder();
        int at = 0;
        for (Span span : spans(text)) {
            String key = map.get(span.key());
            if (key != null) {
                replaced.append(text, at, span.from());
                replaced.append(span.quoted() ? "\"" + escape(key) + "\"" : key);
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
            case COLUMN -> List.of(new Span(0, text.length(), text, false));
            case PATTERN -> patternSpans(text);
            case ARRAY, JSON -> jsonSpans(text);
        };
    }

    private List<Span> patternSpans(String text) {
        List<Span> spans = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        int at = 0;
        while (at <= text.length() && matcher.find(at)) {
            spans.add(new Span(matcher.start(1), matcher.end(1), matcher.group(1), false));
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
            spans.add(new Span(from, to, key, token == JsonToken.VALUE_STRING));
        }
    }
}
