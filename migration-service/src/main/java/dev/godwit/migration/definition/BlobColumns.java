package dev.godwit.migration.definition;

import java.util.Objects;

/**
 * The blob that belongs to a row of the source: SQL expressions over the row.
 *
 * @param path where it is; a row where this is NULL has no blob
 * @param sha256 hex digest of its content
 * @param size its length in bytes
 * @param store name of the configured pair of stores
 */
public record BlobColumns(String path, String sha256, String size, String store) {
    public BlobColumns {
        Objects.requireNonNull(path);
        Objects.requireNonNull(sha256);
        Objects.requireNonNull(size);
        Objects.requireNonNull(store);
    }
}
