package dev.godwit.audit.inbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.godwit.audit.trail.EncodedOutcomes;
import dev.godwit.audit.trail.EventGroups;
import dev.godwit.audit.trail.Outcome;
import dev.godwit.audit.trail.OutcomeRows;
import dev.godwit.audit.trail.OutcomeRows.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Goes through the data of one event of outcomes once and keeps of the outcomes only what is stored. Where outcomes come before the run's name, which no
 * Godwit writes so, it goes through a second time.
 */
final class OutcomeParser {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int OUTCOMES_MAX = 1_000;
    private static final List<String> KINDS = Outcome.KINDS;

    private final byte[] value;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private boolean counted;
    private boolean postponed;
    private OutcomeRows rows;
    private EventGroups groups;

    OutcomeParser(byte[] value) {
        this.value = value;
    }

    /** @throws PoisonException when the value is not JSON, or not as the schema wants it; what is missing shows when it is asked for */
    void parse() {
        pass();
        if (postponed) {
            pass();
        }
        if (texts.get("run") == null) {
            throw PoisonException.mismatch("run", "is missing");
        }
        if (rows == null) {
            throw PoisonException.mismatch("outcomes", "is not an array");
        }
        if (!counted) {
            throw PoisonException.mismatch("counts", "is not an object");
        }
    }

    /** Null where there is none. */
    String optionalText(String name) {
        return texts.get(name);
    }

    /** A text that is there. */
    String text(String name) {
        String text = texts.get(name);
        if (text == null) {
            throw PoisonException.mismatch(name, "is missing");
        }
        return text;
    }

    /** A text that is more than blanks. */
    String name(String name) {
        String text = text(name);
        if (text.isBlank()) {
            throw PoisonException.mismatch(name, "is blank");
        }
        return text;
    }

    /** Null where there is none. */
    Long optionalNumber(String name) {
        return numbers.get(name);
    }

    /** The outcomes, once {@link #parse} is done. */
    EncodedOutcomes outcomes() {
        return rows.finish(name("table"));
    }

    /** Null where there are none. */
    EventGroups groups() {
        return groups;
    }

    private void pass() {
        try (JsonParser parser = JSON.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new PoisonException("data is not a JSON object");
            }
            StreamedFields fields = new StreamedFields(parser);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                field(parser, fields, name);
            }
            if (parser.nextToken() != null) {
                throw new PoisonException("the value is not JSON");
            }
        } catch (JsonProcessingException e) {
            throw new PoisonException("the value is not JSON");
        } catch (IOException e) {
            throw new PoisonException("the value is not readable");
        }
    }

    private void field(JsonParser parser, StreamedFields fields, String name) throws IOException {
        switch (name) {
            case "run", "migration", "mode", "lane", "stream", "previousHash", "hash", "commandId", "table", "at" ->
                texts.put(name, fields.text(name));
            case "sequence" -> numbers.put(name, fields.number(name, 1));
            case "batch" -> numbers.put(name, fields.number(name, Long.MIN_VALUE));
            case "counts" -> {
                fields.requireCounts(name, KINDS);
                counted = true;
            }
            case "groups" -> groups = new GroupParser(parser, fields).parse();
            case "outcomes" -> {
                if (texts.get("run") == null) {
                    postponed = true;
                    parser.skipChildren();
                } else {
                    outcomes(parser, fields);
                }
            }
            default -> parser.skipChildren();
        }
    }

    private void outcomes(JsonParser parser, StreamedFields fields) throws IOException {
        fields.requireArray("outcomes");
        rows = new OutcomeRows(texts.get("run").getBytes(StandardCharsets.UTF_8), value.length);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (rows.count() == OUTCOMES_MAX) {
                throw PoisonException.mismatch("outcomes", "has more than " + OUTCOMES_MAX + " elements");
            }
            fields.requireObject("outcomes[" + rows.count() + "]");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                outcomeField(parser, fields, name);
            }
            requireWhole();
            rows.endRow();
        }
    }

    private void outcomeField(JsonParser parser, StreamedFields fields, String name) throws IOException {
        switch (name) {
            case "table" -> set(parser, fields, Field.TABLE, name);
            case "key" -> set(parser, fields, Field.KEY, name);
            case "newKey" -> set(parser, fields, Field.NEW_KEY, name);
            case "outcome" -> set(parser, fields, Field.OUTCOME, name);
            case "reason" -> set(parser, fields, Field.REASON, name);
            case "detail" -> set(parser, fields, Field.DETAIL, name);
            case "salt" -> set(parser, fields, Field.SALT, name);
            case "replaces" -> replaces(parser, fields);
            default -> parser.skipChildren();
        }
    }

    private void set(JsonParser parser, StreamedFields fields, Field field, String name) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        try {
            if (field == Field.OUTCOME) {
                fields.requireOneOf(name, KINDS);
            } else if (field == Field.TABLE || field == Field.SALT) {
                fields.requireName(name);
            } else {
                fields.requireText(name);
            }
        } catch (PoisonException e) {
            throw e.within(place());
        }
        rows.set(field, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    private void replaces(JsonParser parser, StreamedFields fields) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        String outcome = null;
        String reason = null;
        try {
            fields.requireObject("replaces");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("outcome")) {
                    fields.requireOneOf("replaces.outcome", KINDS);
                    outcome = parser.getText();
                } else if (name.equals("reason")) {
                    reason = fields.text("replaces.reason");
                } else {
                    parser.skipChildren();
                }
            }
            if (outcome == null) {
                throw PoisonException.mismatch("replaces.outcome", "is missing");
            }
        } catch (PoisonException e) {
            throw e.within(place());
        }
        rows.replaces(outcome, reason);
    }

    private void requireWhole() {
        require(Field.TABLE, "table");
        require(Field.KEY, "key");
        require(Field.OUTCOME, "outcome");
        require(Field.SALT, "salt");
    }

    private void require(Field field, String name) {
        if (!rows.has(field)) {
            throw PoisonException.mismatch(place() + name, "is missing");
        }
    }

    private String place() {
        return "outcomes[" + rows.count() + "].";
    }
}
