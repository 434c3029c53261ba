package dev.godwit.migration.run;

import java.security.SecureRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Ids that are easy to say and to select: a letter that tells the kind, and twelve characters of Crockford's base 32, which are 60 random bits. */
public final class ShortIds {

    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int LENGTH = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    private ShortIds() {}

    /** A fresh id. */
    public static String next(char kind) {
        return kind
                + IntStream.range(0, LENGTH)
                        .mapToObj(i -> String.valueOf(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length()))))
                        .collect(Collectors.joining());
    }
}
