package dev.godwit.migration.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.godwit.migration.run.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A JSON object read strictly: what is missing, of the wrong kind, out of bounds or not understood is refused by name, so that a typing error never means something
 * else than its author thought.
 *
 * <p>Failure semantics: {@link Refusal} of kind BAD_REQUEST with code {@code bad_json}, {@code bad_data} or {@code too_many_keys}. Messages never quote values.
 */
public final class StrictObject {

    /** Longest name or id. */
    static final int NAME_LENGTH_MAX = 200;

    private static final int KEY_LENGTH_MAX = 4000;
    private static final int REMARK_LENGTH_MAX = 1000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;
    private final Set<String> understood = new TreeSet<>();

    private StrictObject(JsonNode object) {
        this.object = object;
    }

    /** Reads a whole text; empty text is the empty object. */
    public static StrictObject parse(byte[] json) {
        return json == null || json.length == 0 ? of(JSON.createObjectNode()) : of(read(json));
    }

    static StrictObject of(JsonNode node) {
        if (node == null || !node.isObject()) {
            throw bad("the data must be a JSON object");
        }
        return new StrictObject(node);
    }

    static JsonNode read(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            if (node == null || node.isMissingNode()) {
                throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_json", "there is no JSON in it");
            }
            return node;
        } catch (JsonProcessingException malformed) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_json", describe(malformed));
        } catch (IOException malformed) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_json", "not JSON in UTF-8");
        }
    }

    // Jackson's own sentence may quote the text, so only the place is told.
    private static String describe(JsonProcessingException malformed) {
        return malformed.getLocation() == null
                ? "not JSON"
                : "not JSON, or a field twice: line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr();
    }

    /** A name that must be there. */
    public String name(String field) {
        return optionalName(field).orElseThrow(() -> bad("field '" + field + "' is missing"));
    }

    /** A name that may be absent or null. */
    public Optional<String> optionalName(String field) {
        return text(field, NAME_LENGTH_MAX);
    }

    /** A remark for people: who asks, or why. Absent, null and blank are the same, since nothing is decided by it. */
    public Optional<String> optionalRemark(String field) {
        boolean blank = find(field)
                .map(node -> node.isTextual() && node.textValue().isBlank())
                .orElse(true);
        return blank ? Optional.empty() : text(field, REMARK_LENGTH_MAX);
    }

    /** A whole number from 1 to {@code max} that may be absent or null. */
    public Optional<Long> optionalNumber(String field, long max) {
        Optional<JsonNode> node = find(field);
        if (node.isEmpty()) {
            return Optional.empty();
        }
        if (!node.get().isIntegralNumber()
                || !node.get().canConvertToLong()
                || node.get().longValue() < 1
                || node.get().longValue() > max) {
            throw bad("field '" + field + "' must be a whole number from 1 to " + max);
        }
        return node.map(JsonNode::longValue);
    }

    /** A yes or no; absent or null is no. */
    public boolean flag(String field) {
        Optional<JsonNode> node = find(field);
        if (node.isPresent() && !node.get().isBoolean()) {
            throw bad("field '" + field + "' must be true or false");
        }
        return node.map(JsonNode::booleanValue).orElse(false);
    }

    /** Keys in the order given, each once. An empty list is refused: it would mean 'all' to one reader and 'none' to another. */
    public Optional<List<String>> optionalKeys(String field, int max) {
        Optional<JsonNode> node = find(field);
        if (node.isEmpty()) {
            return Optional.empty();
        }
        if (!node.get().isArray() || node.get().isEmpty()) {
            throw bad("field '" + field + "' must be a list of keys that is not empty");
        }
        if (node.get().size() > max) {
            throw new Refusal(
                    Refusal.Kind.BAD_REQUEST,
                    "too_many_keys",
                    "field '" + field + "' holds " + node.get().size() + " keys, a command carries at most " + max
                            + "; send several");
        }
        Set<String> keys = new LinkedHashSet<>();
        for (JsonNode key : node.get()) {
            keys.add(key(field, key));
        }
        return Optional.of(new ArrayList<>(keys));
    }

    private static String key(String field, JsonNode key) {
        if (!key.isTextual() || key.textValue().length() > KEY_LENGTH_MAX || !isStorable(key.textValue())) {
            throw bad("field '" + field + "' must hold keys as texts of at most " + KEY_LENGTH_MAX
                    + " characters that PostgreSQL can store");
        }
        return key.textValue();
    }

    /** Objects of a list; absent, null and empty are none. Each is to be read to its end by whoever asks for them. */
    public List<StrictObject> objects(String field, int max) {
        Optional<JsonNode> node = find(field);
        if (node.isEmpty()) {
            return List.of();
        }
        if (!node.get().isArray() || node.get().size() > max) {
            throw bad("field '" + field + "' must be a list of at most " + max + " objects");
        }
        List<StrictObject> objects = new ArrayList<>();
        node.get().forEach(each -> objects.add(of(each)));
        return List.copyOf(objects);
    }

    /** Understands a remark that nothing is done with. */
    void mayHave(String remark) {
        optionalRemark(remark).ifPresent(ignored -> understood.add(remark));
    }

    /** Refuses whatever was not asked for by the calls before. */
    public void mustHaveNoMore() {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!understood.contains(name)) {
                throw bad("field '" + printable(name) + "' is not known here; known are "
                        + String.join(", ", understood));
            }
        }
    }

    /** Best effort for reports about an object that was refused: a short text, else empty. */
    Optional<String> peek(String field) {
        JsonNode node = object.path(field);
        return node.isTextual()
                        && node.textValue().length() <= NAME_LENGTH_MAX
                        && !node.textValue().isBlank()
                        && isStorable(node.textValue())
                ? Optional.of(node.textValue())
                : Optional.empty();
    }

    private Optional<String> text(String field, int lengthMax) {
        Optional<JsonNode> node = find(field);
        if (node.isEmpty()) {
            return Optional.empty();
        }
        String value = node.get().textValue();
        if (value == null || value.isBlank() || value.length() > lengthMax || !isStorable(value)) {
            throw bad("field '" + field + "' must be a text of 1 to " + lengthMax + " characters");
        }
        return Optional.of(value);
    }

    private Optional<JsonNode> find(String field) {
        understood.add(field);
        return Optional.ofNullable(object.get(field)).filter(node -> !node.isNull());
    }

    /** PostgreSQL stores neither NUL nor half a surrogate pair. */
    static boolean isStorable(String text) {
        return text.codePoints()
                .noneMatch(
                        point -> point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE));
    }

    private static String printable(String name) {
        String shortened = name.length() > 60 ? name.substring(0, 60) + "…" : name;
        return shortened.replaceAll("[^\\P{C}]", "?");
    }

    static Refusal bad(String message) {
        return new Refusal(Refusal.Kind.BAD_REQUEST, "bad_data", message);
    }
}
