package dev.godwit.audit.trail;

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

    private static final int INPUT_BYTES = 512;

    private HashChain() {}

    /** The hash that stands for one outcome. */
    public static byte[] leaf(Outcome outcome) {
        Bytes input = new Bytes(INPUT_BYTES);
        input.putNet(outcome.salt());
        input.putNet(outcome.table());
        input.putNet(outcome.key());
        input.putNet(orEmpty(outcome.newKey()));
        input.putNet(outcome.outcome());
        input.putNet(orEmpty(outcome.reason()));
        return digest(input);
    }

    /**
     * The hash of an event whose leaves are already known.
     *
     * @param previousHash hex, empty for the first event of a stream
     * @param leaves all of them, one after the other, with {@link EventGroups#behind} them what stands for the event's groups
     */
    public static byte[] eventHash(
            String previousHash, String run, String stream, long sequence, UUID eventId, byte[] leaves) {
        Bytes input = new Bytes(INPUT_BYTES + leaves.length);
        input.putNet(previousHash);
        input.putNet(run);
        input.putNet(stream);
        input.putNet(Long.toString(sequence));
        input.putNet(eventId.toString());
        input.put(leaves, leaves.length);
        return digest(input);
    }

    /** The hash over the ends of streams, in the order of the bytes of their names: {@code SHA-256(net(stream) net(sequence) net(hash) …)}. */
    public static String endsHash(List<StreamState> ends) {
        Bytes input = new Bytes(INPUT_BYTES);
        ends.stream()
                .sorted(Comparator.comparing(end -> utf8(end.stream()), Arrays::compareUnsigned))
                .forEach(end -> {
                    input.putNet(end.stream());
                    input.putNet(Long.toString(end.lastSequence()));
                    input.putNet(end.lastHash());
                });
        return HexFormat.of().formatHex(digest(input));
    }

    /** The hash over texts, each with its length before it. */
    public static byte[] ofTexts(List<String> texts) {
        Bytes input = new Bytes(INPUT_BYTES);
        texts.forEach(input::putNet);
        return digest(input);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A digest to be filled. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] digest(Bytes input) {
        MessageDigest digest = sha256();
        digest.update(input.array(), 0, input.length());
        return digest.digest();
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
