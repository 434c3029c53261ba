package dev.godwit.audit.trail;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The hash chain of a stream of outcome events.
 *
 * <p>An outcome's leaf is {@code SHA-256(net(salt) net(table) net(key) net(newKey) net(outcome) net(reason))}, absent values being empty; an event's
 * hash is {@code SHA-256(net(previousHash) net(run) net(stream) net(sequence) net(eventId) leaf…)}, where {@code net(s)} is the byte length of the
 * UTF-8 form in decimal, a colon and that form, so that no two different lists of values have the same input. Hashes are written as lower-case hex;
 * leaves enter as their 32 bytes. The salt makes it impossible to find a key by trying, once the salt is gone.
 */
public final class HashChain {

    /** Length of a hash in bytes. */
    public static final int HASH_BYTES = 32;

    private HashChain() {}

    /** The hash that stands for one outcome. */
    public static byte[] leaf(Outcome outcome) {
        return new Netstrings()
                .add(outcome.salt())
                .add(outcome.table())
                .add(outcome.key())
                .add(orEmpty(outcome.newKey()))
                .add(outcome.outcome())
                .add(orEmpty(outcome.reason()))
                .digest();
    }

    /** The hash of an event whose leaves are already known; {@code previousHash} is empty for the first event of a stream, else hex. */
    public static byte[] eventHash(
            String previousHash, String run, String stream, long sequence, UUID eventId, List<byte[]> leaves) {
        Netstrings input = new Netstrings()
                .add(previousHash)
                .add(run)
                .add(stream)
                .add(Long.toString(sequence))
                .add(eventId.toString());
        leaves.forEach(input::addRaw);
        return input.digest();
    }

    /** The hash over the ends of streams, in the order of the bytes of their names: {@code SHA-256(net(stream) net(sequence) net(hash) …)}. */
    public static String endsHash(List<StreamState> ends) {
        Netstrings input = new Netstrings();
        ends.stream()
                .sorted(Comparator.comparing(
                        end -> end.stream().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
                .forEach(end -> input.add(end.stream())
                        .add(Long.toString(end.lastSequence()))
                        .add(end.lastHash()));
        return HexFormat.of().formatHex(input.digest());
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    private static final class Netstrings {
        private final MessageDigest digest = sha256();

        @CanIgnoreReturnValue
        Netstrings add(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
            return this;
        }

        void addRaw(byte[] bytes) {
            digest.update(bytes);
        }

        byte[] digest() {
            return digest.digest();
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
