package dev.godwit.migration.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.testing.KafkaAndPostgres;
import dev.godwit.migration.testing.StubbedRuns;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(SurroundingsIT.WithoutKafka.class)
class SurroundingsIT {

    /** A port on which nobody can listen without privileges, and nobody does. */
    public static class WithoutKafka extends StubbedRuns {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("mp.messaging.connector.smallrye-kafka.bootstrap.servers", "127.0.0.1:1");
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(
                    KafkaAndPostgres.class,
                    Map.of("migrations", temporaryDirectory().toString())));
        }

        private static Path temporaryDirectory() {
            try {
                return Files.createTempDirectory("godwit-migrations");
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    @TestHTTPResource
    URI base;

    @ConfigProperty(name = "godwit.migrations.directory")
    String directory;

    @Inject
    Definitions definitions;

    @Test
    void shouldBeAliveButNotReadyWithoutKafka() throws Exception {
        assertThat(status("/q/health/live")).isEqualTo(200);
        assertThat(status("/q/health/ready")).isEqualTo(503);
    }

    @Test
    void shouldSeeADefinitionThatAppears() throws Exception {
        assertThat(definitions.find("appears")).isEmpty();

        Files.writeString(Path.of(directory, "appears.yaml"), """
                migration: appears
                rekey:
                  table: public.documents
                  key: id
                  to: uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', user_id::text)
                  on-duplicate: skip
                """);

        await().atMost(Duration.ofSeconds(30))
                .until(() -> definitions.find("appears").isPresent());
    }

    private int status(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
