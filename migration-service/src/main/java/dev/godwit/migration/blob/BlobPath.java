package dev.godwit.migration.blob;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a blob is, below the root of a store: names with a slash between. It comes from a row, so anybody who could write that row has chosen it; it must
 * never lead out of the root.
 */
final class BlobPath {
    /** The limit of S3's keys; file systems take less for one name and say so themselves. */
    private static final int BYTES_MAX = 1024;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private BlobPath() {}

    /** Why this cannot be a path; empty when it can. */
    static Optional<String> objection(String text) {
        if (text.isEmpty()) {
            return Optional.of("the path is empty");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX
                || CONTROL.matcher(text).find()) {
            return Optional.of("the path is longer than " + BYTES_MAX + " bytes, or has control characters in it");
        }
        for (String name : text.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return Optional.of("the path is absolute, or leads out of the store: " + text);
            }
        }
        return text.startsWith(DirectoryTarget.UNFINISHED + "/")
                ? Optional.of("the path is where copies wait that are not finished: " + text)
                : Optional.empty();
    }
}
