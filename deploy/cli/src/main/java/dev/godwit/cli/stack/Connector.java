package dev.godwit.cli.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The Debezium connector, set up by Connect's REST interface. */
final class Connector {
    static final String NAME = "godwit";
    /** Replication slot; migration-service reads its position. */
    static final String SLOT = "godwit";

    private static final String OF_SOURCES = "godwit-";

    private static final int RESTARTS = 4;

    /** Connect refuses a configuration also when the database cannot be reached, and Java does not ask for an unknown name again within 10 s. */
    private static final Duration REFUSALS = Duration.ofSeconds(15);

    /** What the output plugin of servers before {@link #LEAVES_ORIGINS_OUT} does not know. */
    private static final String STREAM_PARAMETERS = "slot.stream.params";

    private static final int LEAVES_ORIGINS_OUT = 16;

    private final String connector;
    private final String configuration;

    private Connector(String connectUrl, String name, String configuration) {
        this(connectUrl + "/connectors/" + name, configuration);
    }

    private Connector(String connector, String configuration) {
        this.connector = connector;
        this.configuration = configuration;
    }

    /** That of the application's database. */
    static Connector of(String connectUrl, Home home) {
        return new Connector(connectUrl, NAME, read(home.connectorFile()));
    }

    /** The same without what the server's version does not know; nobody need answer there yet, then it stays as it is. */
    Connector fitting(DatabaseUrl database) {
        try (Connection connection = database.connect()) {
            if (connection.getMetaData().getDatabaseMajorVersion() >= LEAVES_ORIGINS_OUT) {
                return this;
            }
            ObjectNode older = ((ObjectNode) json(configuration)).without(STREAM_PARAMETERS);
            return new Connector(connector, older.toString());
        } catch (SQLException unreachable) {
            return this;
        }
    }

    /** That of a database that imports read. */
    static Connector ofSource(String connectUrl, Home home, String source) {
        String configuration = read(home.sourceConnectorFile())
                .replace("@name@", source)
                .replace("@NAME@", source.toUpperCase(Locale.ROOT));
        return new Connector(connectUrl, OF_SOURCES + source, configuration);
    }

    /** Name of slot and publication in a database that imports read. */
    static String slotOf(String source) {
        return "godwit_" + source;
    }

    /**
     * State of the connector and its task.
     *
     * @param state RUNNING, FAILED, PAUSED…; UNKNOWN when Connect does not tell
     * @param trace first line of what made it fail, or empty
     */
    record State(String state, String trace) {
        static final State UNKNOWN = new State("UNKNOWN", "");

        boolean isRunning() {
            return state.equals("RUNNING");
        }
    }

    /**
     * Creates or updates the connector and waits until its task runs; one that failed is started again.
     *
     * @throws Failure when it does not run before the time is up
     */
    void ensureRunning(Duration patience) {
        String[] refusal = {"Connect does not answer"};
        boolean[] accepted = {false};
        long refusals = System.nanoTime() + REFUSALS.toNanos();
        Wait.until(patience, () -> {
            Optional<Http.Answer> answer = Http.put(connector + "/config", configuration);
            answer.filter(a -> !a.isOk()).ifPresent(a -> refusal[0] = message(a.body()));
            accepted[0] = answer.filter(Http.Answer::isOk).isPresent();
            // 409 (rebalancing) and 5xx pass.
            boolean refused = answer.filter(a -> a.status() == 400).isPresent() && System.nanoTime() > refusals;
            return accepted[0] || refused;
        });
        if (!accepted[0]) {
            throw Failure.failed("the connector was not accepted: " + refusal[0]);
        }
        State state = awaitVerdict(patience);
        for (int i = 0; i < RESTARTS && state.state().equals("FAILED"); i++) {
            // What it lacked, such as the database, may be there by now.
            Http.post(connector + "/restart?includeTasks=true&onlyFailed=true");
            Wait.until(Duration.ofSeconds(3), () -> !state().state().equals("FAILED"));
            state = awaitVerdict(patience);
        }
        if (!state.isRunning()) {
            throw Failure.failed("the connector is " + state.state().toLowerCase(Locale.ROOT) + ": " + state.trace());
        }
    }

    private State awaitVerdict(Duration patience) {
        State[] last = {State.UNKNOWN};
        boolean verdict = Wait.until(patience, () -> {
            last[0] = state();
            return last[0].isRunning() || last[0].state().equals("FAILED");
        });
        return verdict ? last[0] : new State("not running", last[0].state());
    }

    State state() {
        return Http.get(connector + "/status")
                .filter(Http.Answer::isOk)
                .map(answer -> json(answer.body()))
                .map(Connector::worst)
                .orElse(State.UNKNOWN);
    }

    private static State worst(JsonNode status) {
        JsonNode task = status.path("tasks").path(0);
        JsonNode connector = status.path("connector");
        if (task.isMissingNode()) {
            // Created, but its task is not assigned yet.
            return new State(
                    connector.path("state").asText().equals("FAILED") ? "FAILED" : "UNASSIGNED", trace(connector));
        }
        return connector.path("state").asText().equals("RUNNING")
                ? new State(task.path("state").asText("UNKNOWN"), trace(task))
                : new State(connector.path("state").asText("UNKNOWN"), trace(connector));
    }

    private static String trace(JsonNode node) {
        return node.path("trace").asText("").lines().findFirst().orElse("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String message(String body) {
        return json(body).path("message").asText(body);
    }

    private static JsonNode json(String body) {
        try {
            return StateDirectory.JSON.readTree(body);
        } catch (IOException e) {
            return StateDirectory.JSON.missingNode();
        }
    }
}
