package dev.godwit.migration.blob;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Copies the blobs that rows point to. A batch asks before it writes a row, so that no row ever points to a blob that is not there or not what it should be.
 *
 * <p>Idempotency: a blob that is in its place already, and is what it should be, is {@link Result.Unchanged}. Failure semantics: what is wrong with one blob is its result; the
 * answer fails only when a store cannot be reached, and the batch is tried again then. Transaction: none; a blob whose row was rolled back stays, and is found unchanged later.
 */
public interface BlobCopies {

    /** Copies these blobs, each after its size and hash were checked; answers one result per {@link Blob#key}. */
    Uni<Map<String, Result>> copy(List<Blob> blobs);

    /** What {@link #copy} would answer; nothing is written. A door that cannot look says that each would be copied. */
    default Uni<Map<String, Result>> inspect(List<Blob> blobs) {
        return Uni.createFrom().item(blobs.stream().collect(Collectors.toMap(Blob::key, blob -> Result.COPIED)));
    }

    /**
     * A blob as its row describes it.
     *
     * @param key text form of the source row's key
     * @param path where it is, relative to the root of the source
     * @param sha256 hex digest that its content must have, in small letters or capitals
     * @param size bytes that it must have
     * @param store name of the configured pair of source and target
     */
    record Blob(String key, String path, String sha256, long size, String store) {
        public Blob {
            Objects.requireNonNull(key);
            Objects.requireNonNull(path);
            Objects.requireNonNull(sha256);
            Objects.requireNonNull(store);
        }
    }

    /** What became of a blob. */
    sealed interface Result {

        /** Copied, and found equal in its new place. */
        record Copied() implements Result {}

        /** It was in its new place already. */
        record Unchanged() implements Result {}

        /** Its content is not what the row says; {@code detail} says what differs. */
        record Mismatch(String detail) implements Result {}

        /** It is not there; {@code detail} says where it was looked for. */
        record Missing(String detail) implements Result {}

        /** The one answer of its kind. */
        Result COPIED = new Copied();

        /** The one answer of its kind. */
        Result UNCHANGED = new Unchanged();
    }
}
