package dev.godwit.audit.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.audit.testing.AuditIT;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many may listen, and be connected, at the same time. */
@QuarkusTest
@TestProfile(ListenersIT.Few.class)
class ListenersIT extends AuditIT {

    private static final int LISTENERS = 3;
    private static final int CONNECTIONS = 20;

    /** The service with places for few. */
    public static class Few implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "godwit.audit.live.listeners", Integer.toString(LISTENERS),
                    "quarkus.http.limits.max-connections", Integer.toString(CONNECTIONS));
        }
    }

    @TestHTTPResource("/")
    URI service;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRefuseWhoFindsNoPlaceUntilOneIsGivenBack(boolean hangsUp) throws IOException {
        List<Connection> listeners = new ArrayList<>();
        try {
            // Given
            for (int i = 0; i < LISTENERS; i++) {
                listeners.add(listener(i % 2 == 0 ? "/api/events" : "/api/runs/" + id + "/events"));
            }

            // When
            for (String path : List.of("/api/events", "/api/runs/" + id + "/events")) {
                try (Connection refused = get(path)) {
                    // Then
                    assertThat(refused.status()).hasValue(503);
                    assertThat(refused.head())
                            .containsIgnoringCase("Retry-After: 5")
                            .containsIgnoringCase("Content-Type: application/problem+json");
                    assertThat(refused.body()).contains("too_many_listeners", "GODWIT_AUDIT_LIVE_LISTENERS");
                }
            }

            // When
            Connection gone = listeners.remove(0);
            if (hangsUp) {
                gone.hangUp();
            } else {
                gone.close();
            }

            // Then
            listeners.add(listener("/api/events"));
            try (Connection refused = get("/api/events")) {
                assertThat(refused.status()).as("one place, given back once").hasValue(503);
            }
        } finally {
            listeners.forEach(Connection::close);
        }
    }

    @Test
    void shouldCloseConnectionsBeyondTheLimitUntilOneIsClosed() throws IOException {
        List<Connection> open = new ArrayList<>();
        try {
            Connection last = get("/q/health/live");
            while (last.status().isPresent() && open.size() <= CONNECTIONS) {
                open.add(last);
                last = get("/q/health/live");
            }
            assertThat(open).hasSizeBetween(1, CONNECTIONS);

            open.remove(0).close();

            await().atMost(Duration.ofSeconds(10))
                    .until(() -> open.add(get("/q/health/live"))
                            && open.get(open.size() - 1).status().isPresent());
        } finally {
            open.forEach(Connection::close);
        }
    }

    /** One that has found a place, as soon as there is one. */
    private Connection listener(String path) {
        return await().atMost(Duration.ofSeconds(10)).until(() -> get(path), ListenersIT::isAdmitted);
    }

    private static boolean isAdmitted(Connection connection) {
        if (connection.status().filter(status -> status == 200).isPresent()) {
            return true;
        }
        connection.close();
        return false;
    }

    private Connection get(String path) throws IOException {
        return Connection.get(service, path);
    }

    /** A connection of its own with one request on it, and the answer's head. */
    private record Connection(Socket socket, BufferedReader answer, String head) implements AutoCloseable {

        private static final int PATIENCE_MILLIS = 20_000;

        static Connection get(URI service, String path) throws IOException {
            Socket socket = new Socket(service.getHost(), service.getPort());
            socket.setSoTimeout(PATIENCE_MILLIS);
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String request =
                    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + AUTHORIZATION + "\r\n\r\n";
            return new Connection(socket, answer, head(socket, answer, request));
        }

        /** Empty where the connection was closed without one. */
        private static String head(Socket socket, BufferedReader answer, String request) throws IOException {
            StringBuilder head = new StringBuilder();
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                String line = answer.readLine();
                while (line != null && !line.isEmpty()) {
                    head.append(line).append('\n');
                    line = answer.readLine();
                }
            } catch (SocketException e) {
                return "";
            }
            return head.toString();
        }

        Optional<Integer> status() {
            return Optional.of(head).filter(text -> !text.isEmpty()).map(text -> Integer.valueOf(text.split(" ")[1]));
        }

        /** As much of it as came at once. */
        String body() throws IOException {
            char[] body = new char[1_000];
            return new String(body, 0, answer.read(body));
        }

        /** Goes without a farewell: what comes meets nobody. */
        void hangUp() throws SocketException {
            socket.setSoLinger(true, 0);
            close();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
