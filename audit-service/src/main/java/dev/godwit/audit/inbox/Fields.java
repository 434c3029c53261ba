package dev.godwit.audit.inbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Reads an object of the contract strictly: what is missing or of another type is poison, and the reason says where. Unknown fields are welcome, so that
 * producers can add some first.
 */
record Fields(JsonNode object, String path) {

    private static final String NUL = "\0";

    static Fields of(JsonNode data) {
        if (data == null || !data.isObject()) {
            throw new PoisonException("data is not a JSON object");
        }
        return new Fields(data, "");
    }

    String text(String name) {
        String value = optionalText(name);
        if (value == null) {
            throw mismatch(name, "is missing");
        }
        return value;
    }

    String name(String name) {
        String value = text(name);
        if (value.isBlank()) {
            throw mismatch(name, "is blank");
        }
        return value;
    }

    String optionalText(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw mismatch(name, "is not a string");
        }
        if (value.textValue().contains(NUL)) {
            throw mismatch(name, "holds a NUL character, which PostgreSQL cannot store");
        }
        return value.textValue();
    }

    String oneOf(String name, Collection<String> allowed) {
        String value = text(name);
        if (!allowed.contains(value)) {
            throw mismatch(name, "is none of " + String.join(", ", allowed));
        }
        return value;
    }

    String matching(String name, Pattern pattern) {
        String value = text(name);
        if (!pattern.matcher(value).matches()) {
            throw mismatch(name, "does not match " + pattern.pattern());
        }
        return value;
    }

    long number(String name, long least) {
        JsonNode value = object.get(name);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < least) {
            throw mismatch(name, "is not an integer of at least " + least);
        }
        return value.longValue();
    }

    void requireCounts(Collection<String> names) {
        for (String name : names) {
            if (number(name, 0) > Integer.MAX_VALUE * 1_000L) {
                throw mismatch(name, "is out of range");
            }
        }
    }

    Long optionalNumber(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : Long.valueOf(number(name, Long.MIN_VALUE));
    }

    Double optionalDecimal(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw mismatch(name, "is not a number");
        }
        return value.doubleValue();
    }

    double decimal(String name) {
        Double value = optionalDecimal(name);
        if (value == null) {
            throw mismatch(name, "is missing");
        }
        return value;
    }

    boolean flag(String name) {
        JsonNode value = object.get(name);
        if (value == null || !value.isBoolean()) {
            throw mismatch(name, "is neither true nor false");
        }
        return value.booleanValue();
    }

    Instant time(String name) {
        try {
            return OffsetDateTime.parse(text(name)).toInstant();
        } catch (DateTimeException e) {
            throw mismatch(name, "is not an ISO 8601 time with an offset");
        }
    }

    Fields child(String name) {
        JsonNode value = object.get(name);
        if (value == null || !value.isObject()) {
            throw mismatch(name, "is not an object");
        }
        return new Fields(value, path + name + ".");
    }

    Optional<Fields> optionalChild(String name) {
        return object.hasNonNull(name) ? Optional.of(child(name)) : Optional.empty();
    }

    /** The document under a name as JSON text, or null; for what is kept as it came. */
    String document(String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isContainerNode()) {
            throw mismatch(name, "is neither an object nor an array");
        }
        return value.toString();
    }

    List<Fields> children(String name, int most) {
        JsonNode value = object.get(name);
        if (value == null || !value.isArray()) {
            throw mismatch(name, "is not an array");
        }
        if (value.size() > most) {
            throw mismatch(name, "has more than " + most + " elements");
        }
        return IntStream.range(0, value.size())
                .mapToObj(i -> element(value.get(i), name + "[" + i + "]"))
                .toList();
    }

    private Fields element(JsonNode value, String name) {
        if (!value.isObject()) {
            throw mismatch(name, "is not an object");
        }
        return new Fields(value, path + name + ".");
    }

    private PoisonException mismatch(String name, String complaint) {
        return PoisonException.mismatch(path + name, complaint);
    }
}
