package dev.godwit.migration.outbox;

import dev.godwit.migration.operation.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The hash that ties an outcome event to the one before it in its stream. The hash covers each outcome through a salted leaf, so that a key can be redacted later,
 * its salt deleted, and the chain still proves. The exact bytes are described in docs/reference/events.
 */
public final class HashChain {

    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Stands before the leaf of an event's groups, which could be taken for the leaf of another outcome otherwise. */
    private static final byte[] GROUPS = "groups".getBytes(StandardCharsets.US_ASCII);

    private HashChain() {}

    /** A fresh salt: 128 bits, 22 characters of base64url. */
    public static String salt() {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(salt);
    }

    /** The leaf of one outcome. */
    public static byte[] leaf(Outcome outcome, String salt) {
        return sha256(net(
                salt,
                outcome.table(),
                outcome.key(),
                outcome.newKey().orElse(""),
                outcome.kind().wireName(),
                outcome.reason().orElse("")));
    }

    /**
     * The hash of an event, lower-case hex.
     *
     * @param groups the leaf of its groups; empty where it has none, and then nothing stands for them
     */
    public static String hash(
            String previousHash,
            String run,
            String stream,
            long sequence,
            String eventId,
            List<byte[]> leaves,
            Optional<byte[]> groups) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(net(previousHash, run, stream, Long.toString(sequence), eventId));
        leaves.forEach(bytes::writeBytes);
        groups.ifPresent(leaf -> {
            bytes.writeBytes(GROUPS);
            bytes.writeBytes(leaf);
        });
        return HexFormat.of().formatHex(sha256(bytes.toByteArray()));
    }

    /** Each part as its length in bytes, a colon and the bytes: no two lists of parts read the same. */
    static byte[] net(String... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String part : parts) {
            byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes((utf8.length + ":").getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(utf8);
        }
        return bytes.toByteArray();
    }

    static String netOf(String part) {
        return part.getBytes(StandardCharsets.UTF_8).length + ":" + part;
    }

    static byte[] sha256Of(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(byte[] bytes) {
        return digest().digest(bytes);
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
