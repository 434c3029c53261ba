package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.Uuid5;
import java.util.Locale;
import java.util.UUID;

/**
 * The natural key of a document, which no migration changes: whose it is, and the hash of its file in one spelling.
 *
 * @param fileSha256 lower case
 */
record Content(UUID userId, String fileSha256) {

    private static final UUID NAMESPACE = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    static Content of(UUID userId, String anySpelling) {
        return new Content(userId, anySpelling.toLowerCase(Locale.ROOT));
    }

    /** The id that this document must have in the end, and that newer upload code gives it at once. */
    UUID deterministicId() {
        return Uuid5.of(NAMESPACE, this.toString());
    }

    static UUID deterministicChunkId(UUID documentId, int chunkNo) {
        return Uuid5.of(documentId, Integer.toString(chunkNo));
    }

    /** Reads what {@link #toString()} wrote. */
    static Content parse(String text) {
        int colon = text.indexOf(':');
        return new Content(UUID.fromString(text.substring(0, colon)), text.substring(colon + 1));
    }

    /** As the queries of {@link Relation} spell it. */
    @Override
    public String toString() {
        return userId + ":" + fileSha256;
    }
}
