import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;

/** Makes what nobody else makes in a stack of containers: the topics, and the connector once there is a publication. Both can be repeated. */
final class Setup {
    private static final Path HOME = Path.of("/opt/connect");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Setup() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1 && arguments[0].equals("connector")) {
            patiently("migration-service is not ready", () -> answers("GET", System.getenv("GODWIT_MIGRATION") + "/q/health/ready", null));
            String connector = System.getenv("GODWIT_CONNECT") + "/connectors/godwit";
            patiently("Connect takes no connector", () -> answers("PUT", connector + "/config", Files.readString(HOME.resolve("connector.json"))));
            patiently("the connector's task does not run", () -> isRunning(connector));
            System.out.println("the connector runs");
        } else {
            patiently("Kafka does not answer", Setup::topics);
            System.out.println("the topics are there");
        }
    }

    private interface Attempt {
        boolean succeeds() throws IOException, InterruptedException, ExecutionException;
    }

    private static void patiently(String otherwise, Attempt attempt) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            String why = "";
            try {
                if (attempt.succeeds()) {
                    return;
                }
            } catch (IOException | ExecutionException | KafkaException e) {
                why = ": " + e.getMessage() + (e.getCause() == null ? "" : ", " + e.getCause().getMessage());
            }
            if (Instant.now().isAfter(end)) {
                System.err.println(otherwise + why);
                System.exit(1);
            }
            Thread.sleep(500);
        }
    }

    private static boolean topics() throws IOException, InterruptedException, ExecutionException {
        Properties wanted = new Properties();
        try (Reader in = Files.newBufferedReader(HOME.resolve("topics.properties"))) {
            wanted.load(in);
        }
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers", System.getenv("KAFKA_BOOTSTRAP_SERVERS"), "default.api.timeout.ms", 5000, "request.timeout.ms", 5000))) {
            Set<String> present = admin.listTopics().names().get();
            List<NewTopic> missing = new ArrayList<>();
            for (String name : wanted.stringPropertyNames()) {
                if (!present.contains(name)) {
                    String[] words = wanted.getProperty(name).split(" ");
                    Map<String, String> settings = new HashMap<>();
                    for (int i = 1; i < words.length; i++) {
                        String[] setting = words[i].split("=", 2);
                        settings.put(setting[0], setting[1]);
                    }
                    missing.add(new NewTopic(name, Integer.parseInt(words[0]), (short) -1).configs(settings));
                }
            }
            admin.createTopics(missing).all().get();
        }
        return true;
    }

    /** A task that failed, because there was no publication yet, is started once more. */
    private static boolean isRunning(String connector) throws IOException, InterruptedException {
        String status = get(connector + "/status");
        if (status.contains("\"FAILED\"")) {
            answers("POST", connector + "/restart?includeTasks=true&onlyFailed=true", "");
        }
        return status.matches("(?s).*\"tasks\":\\[\\{[^]]*\"RUNNING\".*");
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static boolean answers(String method, String url, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() / 100 == 2;
    }
}
