package dev.godwit.audit.integrity;

import dev.godwit.audit.trail.HashChain;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A point up to which chains were the trail's, signed. Its hash is {@code SHA-256(net("godwit-checkpoint-1") net(number) net(madeAt) net(previousHash)
 * net(publicKey) net(run) net(stream) net(sequence) net(hash) …)} over the chains that have grown since the one before, in order of run and stream; hashes and
 * keys as lower-case hex, {@code madeAt} in microseconds since 1970.
 */
record Checkpoint(long number, Instant madeAt, String previousHash, String publicKey, List<Chain> chains) {

    private static final String FORM = "godwit-checkpoint-1";
    private static final long MICROS = 1_000_000;

    /** A chain's last event; its hash is hex. */
    record Chain(String run, String stream, long sequence, String hash) {

        /** From columns of these names. */
        static Chain fromRow(ResultSet row) throws SQLException {
            return new Chain(
                    row.getString("run"), row.getString("stream"), row.getLong("sequence"), hex(row.getBytes("hash")));
        }
    }

    Checkpoint {
        chains = List.copyOf(chains);
    }

    byte[] hash() {
        List<String> texts = new ArrayList<>(List.of(
                FORM,
                Long.toString(number),
                Long.toString(madeAt.getEpochSecond() * MICROS + madeAt.getNano() / 1_000),
                previousHash,
                publicKey));
        for (Chain chain : chains) {
            texts.addAll(List.of(chain.run(), chain.stream(), Long.toString(chain.sequence()), chain.hash()));
        }
        return HashChain.ofTexts(texts);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
