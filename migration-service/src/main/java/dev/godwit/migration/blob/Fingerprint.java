package dev.godwit.migration.blob;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a blob's content is: its length and its hash.
 *
 * @param size bytes
 * @param sha256 64 hex digits in small letters
 */
record Fingerprint(long size, String sha256) {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final int BUFFER = 1 << 16;

    Fingerprint {
        sha256 = sha256.toLowerCase(Locale.ROOT);
    }

    /** Of everything that the stream has, which goes to {@code copy} on the way. Memory: one buffer. */
    static Fingerprint of(InputStream content, OutputStream copy) throws IOException {
        MessageDigest digest = newDigest();
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            digest.update(buffer, 0, read);
            copy.write(buffer, 0, read);
            size += read;
        }
        return new Fingerprint(size, HexFormat.of().formatHex(digest.digest()));
    }

    static Fingerprint of(Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            return of(content, OutputStream.nullOutputStream());
        }
    }

    /** False for what a row says when nobody ever computed it. */
    boolean isPlausible() {
        return size >= 0 && DIGEST.matcher(sha256).matches();
    }

    /** What differs from the expected one, in words; empty when nothing does. */
    Optional<String> differenceFrom(Fingerprint expected) {
        if (size != expected.size) {
            return Optional.of("it has " + size + " bytes, its row says " + expected.size);
        }
        return sha256.equals(expected.sha256)
                ? Optional.empty()
                : Optional.of("its SHA-256 is " + sha256 + ", its row says " + expected.sha256);
    }

    /** The hash as S3 writes it. */
    String sha256AsBase64() {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256));
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
