package dev.godwit.cli.audit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hashes of the trail as {@code docs/reference/events/hash-chain-vector.json} shows them, computed by whoever does not believe the service. */
public final class Chain {

    /** Stands before the hash of an event's groups, behind the leaves of its outcomes. */
    public static final String GROUPS = "groups";

    private Chain() {}

    /** The hash over these texts, each with its length before it; null is the empty text. */
    public static byte[] hash(String... texts) {
        return hash(new byte[0], texts);
    }

    /** The hash over these texts and, as they are, the bytes behind them. */
    public static byte[] hash(byte[] behind, String... texts) {
        ByteArrayOutputStream input = new ByteArrayOutputStream(256 + behind.length);
        for (String text : texts) {
            byte[] bytes = (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
            input.writeBytes((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            input.writeBytes(bytes);
        }
        input.writeBytes(behind);
        return sha256().digest(input.toByteArray());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The hash that stands for one outcome. */
    public static byte[] leaf(String salt, String table, String key, String newKey, String outcome, String reason) {
        return hash(salt, table, key, newKey, outcome, reason);
    }

    /**
     * The hash of an event.
     *
     * @param previousHash hex, empty for the first event of a stream
     * @param leaves all of them, one after the other, and behind them {@link #GROUPS} with the hash of the event's groups, where it has some
     */
    public static byte[] event(
            String previousHash, String run, String stream, long sequence, String eventId, byte[] leaves) {
        return hash(leaves, previousHash, run, stream, Long.toString(sequence), eventId);
    }
}
