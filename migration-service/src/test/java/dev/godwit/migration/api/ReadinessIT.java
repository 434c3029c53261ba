package dev.godwit.migration.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.StubbedRuns;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ReadinessIT.WithoutKafka.class)
class ReadinessIT {

    /** A port on which nobody can listen without privileges, and nobody does. */
    public static class WithoutKafka extends StubbedRuns {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("mp.messaging.connector.smallrye-kafka.bootstrap.servers", "127.0.0.1:1");
        }
    }

    @TestHTTPResource
    URI base;

    @Test
    void shouldBeAliveButNotReadyWithoutKafka() throws Exception {
        assertThat(status("/q/health/live")).isEqualTo(200);
        assertThat(status("/q/health/ready")).isEqualTo(503);
    }

    private int status(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
