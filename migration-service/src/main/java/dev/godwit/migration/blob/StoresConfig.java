package dev.godwit.migration.blob;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Pairs of source and target for blobs, by the name that definitions use. Credentials are no settings: the SDK's own variables hold them. */
@ConfigMapping(prefix = "godwit.stores")
public interface StoresConfig {

    /** All pairs by name. */
    @WithParentName
    Map<String, Store> byName();

    /** One pair of source and target; the target is either a directory or a bucket. */
    interface Store {
        /** Directory that holds the blobs now; paths in rows are relative to it. */
        Path from();

        /** Directory that gets them. */
        Optional<Path> directory();

        /** S3 bucket that gets them. */
        Optional<String> bucket();

        /** What stands before the path in the bucket's keys. */
        Optional<String> prefix();

        /** Address of an S3-compatible store; without it, Amazon's of the region. */
        Optional<URI> endpoint();

        /** Region of the bucket; stores that know none take any. */
        @WithDefault("us-east-1")
        String region();

        /** Whether the bucket stands in the path of an address and not in its host name; most stores of one's own want it. */
        @WithDefault("false")
        boolean pathStyle();
    }
}
