package dev.godwit.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunWatchTest {
    private record Answer(int status, String body) {}

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> seen = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();
    private HttpServer server;
    private RunWatch watch;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        MigrationClient client = new MigrationClient(
                List.of("http://127.0.0.1:" + server.getAddress().getPort()), Optional.empty());
        watch = new RunWatch(client, run -> seen.add(run.state()), troubles::add);
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void shouldWaitUntilTheRunIsSettled() {
        will("planning", 1);
        will("backfilling", 2);
        will("completed", 3);

        assertThat(watch.untilSettled("r1").state()).isEqualTo("completed");
        assertThat(seen).containsExactly("planning", "backfilling", "completed");
    }

    @Test
    void shouldNotTakeTheStateBeforeACommandForItsResult() throws JsonProcessingException {
        Run before = new Run(RestClient.JSON.readTree(body("paused", 7)));
        will("paused", 7);
        will("backfilling", 8);
        will("paused", 9);

        assertThat(watch.untilSettledAfter(before).version()).isEqualTo(9);
    }

    @Test
    void shouldWaitForTheAnswerOfARunThatFollowsOn() {
        for (String answer : List.of("following,true", "verifying,true", "following,false")) {
            String[] parts = answer.split(",");
            answers.add(new Answer(
                    200, "{\"run\":\"r1\",\"state\":\"" + parts[0] + "\",\"verifyAsked\":" + parts[1] + "}"));
        }

        assertThat(watch.untilVerified("r1").isVerifyAsked()).isFalse();
        assertThat(seen).containsExactly("following", "verifying", "following");
    }

    @Test
    void shouldOutwaitAServiceThatIsRestarting() {
        will("backfilling", 1);
        answers.add(new Answer(503, "{\"detail\":\"the database is starting\"}"));
        answers.add(new Answer(503, "{\"detail\":\"the database is starting\"}"));
        will("completed", 2);

        assertThat(watch.untilSettled("r1").state()).isEqualTo("completed");
        assertThat(troubles).containsExactly("the database is starting (waiting)");
    }

    @Test
    void shouldNotWaitForARunThatDoesNotExist() {
        answers.add(new Answer(404, "{\"detail\":\"no run r1\",\"code\":\"unknown_run\"}"));

        assertThatThrownBy(() -> watch.untilSettled("r1"))
                .isInstanceOf(Failure.class)
                .hasMessage("no run r1");
    }

    private void will(String state, long version) {
        answers.add(new Answer(200, body(state, version)));
    }

    private static String body(String state, long version) {
        return "{\"run\":\"r1\",\"state\":\"%s\",\"version\":%d}".formatted(state, version);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Answer answer = answers.remove();
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
