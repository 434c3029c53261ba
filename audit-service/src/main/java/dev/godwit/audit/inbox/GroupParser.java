package dev.godwit.audit.inbox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.godwit.audit.trail.EventGroups;
import dev.godwit.audit.trail.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the groups of an event of outcomes from a parser that stands on them. */
final class GroupParser {

    /** Each outcome moves one group, and another where it replaces a former one. */
    private static final int CHANGES_MAX = 2_000;

    private final JsonParser parser;
    private final StreamedFields fields;

    GroupParser(JsonParser parser, StreamedFields fields) {
        this.parser = parser;
        this.fields = fields;
    }

    /** Null where there are none. */
    EventGroups parse() throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        fields.requireObject("groups");
        List<String> columns = null;
        List<EventGroups.Change> changes = null;
        String salt = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "columns" -> columns = texts("groups.columns");
                case "changes" -> changes = changes();
                case "salt" -> salt = salt();
                default -> parser.skipChildren();
            }
        }
        require(columns, "groups.columns");
        require(changes, "groups.changes");
        require(salt, "groups.salt");
        mustFit(columns, changes);
        return new EventGroups(columns, changes, salt);
    }

    private static void require(Object value, String path) {
        if (value == null) {
            throw PoisonException.mismatch(path, "is missing");
        }
    }

    private static void mustFit(List<String> columns, List<EventGroups.Change> changes) {
        if (columns.isEmpty() || columns.contains(null)) {
            throw PoisonException.mismatch("groups.columns", "names no column, or one that is null");
        }
        for (int i = 0; i < changes.size(); i++) {
            List<String> values = changes.get(i).values();
            if (values != null && values.size() != columns.size()) {
                throw PoisonException.mismatch(
                        "groups.changes[" + i + "].values", "has not one element for each of groups.columns");
            }
        }
    }

    private String salt() throws IOException {
        fields.requireName("groups.salt");
        return parser.getText();
    }

    private List<EventGroups.Change> changes() throws IOException {
        fields.requireArray("groups.changes");
        List<EventGroups.Change> changes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (changes.size() == CHANGES_MAX) {
                throw PoisonException.mismatch("groups.changes", "has more than " + CHANGES_MAX + " elements");
            }
            changes.add(change("groups.changes[" + changes.size() + "]"));
        }
        return changes;
    }

    private EventGroups.Change change(String path) throws IOException {
        fields.requireObject(path);
        List<String> values = null;
        List<Long> counts = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "values" ->
                    values = parser.currentToken() == JsonToken.VALUE_NULL ? null : texts(path + ".values");
                case "counts" -> counts = counts(path + ".counts");
                default -> parser.skipChildren();
            }
        }
        require(counts, path + ".counts");
        return new EventGroups.Change(values, counts);
    }

    private List<String> texts(String path) throws IOException {
        fields.requireArray(path);
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            texts.add(fields.text(path + "[" + texts.size() + "]"));
        }
        return texts;
    }

    /** Kinds of outcomes that are not known here are not counted either. */
    private List<Long> counts(String path) throws IOException {
        fields.requireObject(path);
        Long[] counts = new Long[Outcome.KINDS.size()];
        Arrays.fill(counts, 0L);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            int kind = Outcome.KINDS.indexOf(name);
            if (kind < 0) {
                parser.skipChildren();
                continue;
            }
            Long count = fields.number(path + "." + name, Integer.MIN_VALUE);
            if (count == null || count > Integer.MAX_VALUE) {
                throw PoisonException.mismatch(path + "." + name, "is out of range");
            }
            counts[kind] = count;
        }
        return Arrays.asList(counts);
    }
}
