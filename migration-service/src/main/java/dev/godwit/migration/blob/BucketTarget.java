package dev.godwit.migration.blob;

import dev.godwit.migration.blob.BlobCopies.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket that gets blobs. An upload becomes an object when all of it has arrived, so that no half one ever has the final name; the hash goes with it, for
 * the store to check what arrived, and stays with the object, for a later run to recognise it without reading it.
 */
final class BucketTarget implements BlobTarget {
    /** What one request can carry. */
    static final long BYTES_MAX = 5L << 30;

    /** User metadata of every object that was written here. */
    private static final String HASH = "sha256";

    private static final int NOT_FOUND = 404;
    /** Somebody else made the object since we looked, or is making it now. */
    private static final int CONFLICT = 409;

    private static final int PRECONDITION_FAILED = 412;

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    BucketTarget(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public Optional<Result> find(String path, Fingerprint expected) throws IOException {
        try {
            HeadObjectResponse head =
                    client.headObject(request -> request.bucket(bucket).key(key(path)));
            return Optional.of(fingerprint(head, path)
                    .differenceFrom(expected)
                    .<Result>map(difference ->
                            new Result.Mismatch("another blob has its place " + place(path) + ": " + difference))
                    .orElse(Result.UNCHANGED));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw unusable(e);
        }
    }

    @Override
    public Result inspect(Path file, Fingerprint expected) throws IOException {
        return expected.size() > BYTES_MAX
                ? new Result.Mismatch("it has " + expected.size() + " bytes; one upload carries " + BYTES_MAX)
                : BlobTarget.super.inspect(file, expected);
    }

    @Override
    public Result write(Path file, String path, Fingerprint expected) throws IOException {
        Result foreseen = inspect(file, expected);
        if (foreseen != Result.COPIED) {
            return foreseen;
        }
        try {
            client.putObject(
                    request -> request.bucket(bucket)
                            .key(key(path))
                            .contentLength(expected.size())
                            .checksumSHA256(expected.sha256AsBase64())
                            .metadata(Map.of(HASH, expected.sha256()))
                            .ifNoneMatch("*"),
                    RequestBody.fromFile(file));
            return Result.COPIED;
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICT) {
                return find(path, expected).orElseThrow(() -> unusable(e));
            }
            throw unusable(e);
        } catch (SdkException e) {
            throw unusable(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** Objects of other writers do not tell their hash, so they are read. */
    private Fingerprint fingerprint(HeadObjectResponse head, String path) throws IOException {
        String told = head.metadata().get(HASH);
        if (told != null) {
            return new Fingerprint(head.contentLength(), told);
        }
        try (InputStream content =
                client.getObject(request -> request.bucket(bucket).key(key(path)))) {
            return Fingerprint.of(content, OutputStream.nullOutputStream());
        }
    }

    private String key(String path) {
        return prefix + path;
    }

    private String place(String path) {
        return "s3://" + bucket + "/" + key(path);
    }

    private BlobStoreException unusable(SdkException cause) {
        boolean noBucket = cause instanceof S3Exception answer && answer.statusCode() == NOT_FOUND;
        return new BlobStoreException(
                "bucket " + bucket + (noBucket ? " does not exist" : " cannot be used: " + cause.getMessage()), cause);
    }
}
