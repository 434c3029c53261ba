package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keys to search for, in their text form.
 *
 * @param complete whether these are the keys of all entities
 */
record KeySample(Set<String> keys, boolean complete, Shape shape) {

    /** How telling a key is where it turns up. */
    enum Shape {
        /** UUIDs: no coincidence anywhere. */
        UUID,
        /** Long, of letters and digits: no coincidence as a token of a text. */
        TOKEN,
        /** Short or a plain word: telling only when most values of a column are keys. */
        WORD,
        /** Numbers: telling only together with the column's name. */
        NUMBER
    }

    private static final String UUID_REGEX =
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
    private static final Pattern UUID_PATTERN = Pattern.compile(UUID_REGEX);
    private static final int TOKEN_LENGTH_MIN = 8;
    private static final double SHARE_MIN = 0.9;

    KeySample {
        keys = Collections.unmodifiableSet(new HashSet<>(keys));
    }

    static KeySample of(Column key, List<String> values, boolean complete) {
        return new KeySample(new HashSet<>(values), complete, shape(key, values));
    }

    private static Shape shape(Column key, List<String> values) {
        if (TypeFamily.of(key) == TypeFamily.INTEGER) {
            return Shape.NUMBER;
        }
        if (mostly(values, value -> UUID_PATTERN.matcher(value).matches())) {
            return Shape.UUID;
        }
        return mostly(values, KeySample::isToken) ? Shape.TOKEN : Shape.WORD;
    }

    private static boolean mostly(List<String> values, Predicate<String> test) {
        return values.stream().filter(test).count() >= SHARE_MIN * values.size();
    }

    private static boolean isToken(String value) {
        return value.length() >= TOKEN_LENGTH_MIN
                && value.chars().anyMatch(Character::isDigit)
                && value.chars().anyMatch(Character::isLetter);
    }

    /** Whether a key inside a longer text is no coincidence. */
    boolean isTelling() {
        return shape == Shape.UUID || shape == Shape.TOKEN;
    }

    String[] array() {
        return keys.toArray(String[]::new);
    }

    /** Regular expression, for PostgreSQL and Java alike, of what could be a key within a text. */
    String tokenRegex() {
        if (shape == Shape.UUID) {
            return UUID_REGEX;
        }
        Set<Integer> special = new TreeSet<>();
        keys.forEach(key -> key.codePoints().filter(c -> !isWordCharacter(c)).forEach(special::add));
        String escaped = special.stream()
                .map(c -> (c < 128 ? "\\" : "") + Character.toString(c))
                .collect(Collectors.joining());
        return "[A-Za-z0-9_" + escaped + "]+";
    }

    private static boolean isWordCharacter(int c) {
        return (c < 128 && Character.isLetterOrDigit(c)) || c == '_';
    }

    /** How much of the range from the least to the greatest key is keys, where keys are numbers; 1 where that cannot be said. */
    double density(double rows) {
        try {
            LongSummaryStatistics range =
                    keys.stream().mapToLong(Long::parseLong).summaryStatistics();
            double span = (double) range.getMax() - range.getMin() + 1;
            return Math.min(1, Math.max(rows, keys.size()) / span);
        } catch (NumberFormatException fraction) {
            return 1;
        }
    }

    /** Finds tokens in texts; used with {@link #contains}. */
    Matcher tokens(String text) {
        return Pattern.compile(tokenRegex()).matcher(text);
    }

    boolean contains(String token) {
        return keys.contains(token);
    }
}
