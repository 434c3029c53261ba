package dev.godwit.migration.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Messages that nobody should send: made of good ones, or of nothing at all. The same seed makes the same ones. */
public final class Rubbish {

    private static final int OVERLONG = 100_000;
    private static final int DEEP = 20_000;

    private static final List<BiFunction<Rubbish, byte[], byte[]>> KINDS = List.of(
            (rubbish, good) -> rubbish.random(),
            Rubbish::damaged,
            Rubbish::damaged,
            Rubbish::cut,
            (rubbish, good) -> rubbish.nested("[", "]"),
            (rubbish, good) -> rubbish.nested("{\"a\":", "}"),
            Rubbish::ofAnotherKind,
            Rubbish::ofAnotherKind,
            Rubbish::ofAnotherKind,
            Rubbish::twice,
            (rubbish, good) -> rubbish.bomb());

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1e400",
            "9".repeat(400),
            "1" + "0".repeat(40),
            "0.1",
            "\"\"",
            "\" \"",
            "[]",
            "{}",
            "[null]",
            "[[\"a\"]]",
            "[1,\"a\"]",
            "{\"sql\":\"DROP TABLE documents\"}",
            "\"'; DROP TABLE documents; --\"",
            "\"../../../../etc/passwd\"",
            "\"..%2f..%2fdefinition.yaml\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\u0007\\u001b[2J\"",
            "\"" + "x".repeat(OVERLONG) + "\"",
            "\"\\u202e\\ufeff\"");

    private final long seed;
    private final Random random;

    private static final long SEED = 20_240_229;

    private Rubbish(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    /** The same in each build, or by {@code -Dfuzz.seed=…} another. Prints which, so that what was found can be found again. */
    public static Rubbish make(String what) {
        long seed = Long.getLong("fuzz.seed", SEED);
        System.out.println("rubbish for " + what + ": -Dfuzz.seed=" + seed);
        return new Rubbish(seed);
    }

    /** One of these. */
    public <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** Rubbish made of something that would be understood. */
    public byte[] of(String good) {
        return oneOf(KINDS).apply(this, good.getBytes(StandardCharsets.UTF_8));
    }

    /** Up to so many characters of any kind. */
    public String text(int max) {
        int length = random.nextInt(max);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "-Dfuzz.seed=" + seed;
    }

    private byte[] random() {
        byte[] bytes = new byte[random.nextInt(500)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] damaged(byte[] good) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private byte[] cut(byte[] good) {
        return Arrays.copyOf(good, random.nextInt(good.length + 1));
    }

    private byte[] nested(String open, String close) {
        return bytes(open.repeat(DEEP) + "1" + close.repeat(DEEP));
    }

    /** A value becomes one of another kind. */
    private byte[] ofAnotherKind(byte[] good) {
        String text = new String(good, StandardCharsets.UTF_8);
        List<Integer> colons = text.chars().filter(c -> c == ':').count() == 0
                ? List.of()
                : IntStream.range(0, text.length())
                        .filter(at -> text.charAt(at) == ':')
                        .boxed()
                        .toList();
        if (colons.isEmpty()) {
            return bytes(oneOf(VALUES));
        }
        int colon = oneOf(colons);
        int end = colon + 1;
        while (end < text.length() && ",}\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return bytes(text.substring(0, colon + 1) + " " + oneOf(VALUES) + text.substring(end));
    }

    private byte[] twice(byte[] good) {
        String text = new String(good, StandardCharsets.UTF_8);
        return bytes(random.nextBoolean() ? text + text : text.replaceFirst("\\{", "{\"migration\":\"a\","));
    }

    /** A few lines that are an enormous document for whoever believes them. */
    private byte[] bomb() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(9)));
        }
        return bytes(bomb.append("migration: *a11\n").toString());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
