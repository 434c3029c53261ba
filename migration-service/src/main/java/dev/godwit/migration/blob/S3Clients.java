package dev.godwit.migration.blob;

import dev.godwit.migration.blob.StoresConfig.Store;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Makes clients of S3-compatible stores. They block, and are used on threads that may. */
final class S3Clients {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Longest silence within an answer or while sending; a large blob takes as long as it takes. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private S3Clients() {}

    /** A client with the credentials of {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY} and {@code AWS_SESSION_TOKEN}; no file of credentials is read. */
    static S3Client of(Store store) {
        return of(store, EnvironmentVariableCredentialsProvider.create());
    }

    static S3Client of(Store store, AwsCredentialsProvider credentials) {
        var builder = S3Client.builder()
                .credentialsProvider(credentials)
                .region(Region.of(store.region()))
                .forcePathStyle(store.pathStyle())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(SILENCE))
                // We send a hash of our own with each blob; the SDK's would come in a form that many compatible stores
                // do not know.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false));
        store.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }
}
