package dev.godwit.migration.outbox;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The hash that stands for the ends of a run's streams where they are too many to be named:
 * {@code SHA-256(net(stream) net(sequence) net(hash) …)}, streams in the order of their names' bytes, {@code net} as in {@link HashChain}. Use once.
 */
public final class StreamsHash {

    private final MessageDigest digest = HashChain.digest();
    private long streams;

    /** Adds the next stream in the order of names. */
    @CanIgnoreReturnValue
    public StreamsHash add(String stream, long sequence, String hash) {
        digest.update(HashChain.net(stream, Long.toString(sequence), hash));
        streams++;
        return this;
    }

    /** How many streams were added. */
    public long streams() {
        return streams;
    }

    /** The hash in lower-case hex. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
