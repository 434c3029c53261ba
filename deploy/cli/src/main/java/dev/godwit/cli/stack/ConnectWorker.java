package dev.godwit.cli.stack;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Kafka Connect worker that Debezium runs in. */
final class ConnectWorker {
    private static final String MAIN = "org.apache.kafka.connect.cli.ConnectDistributed";

    /** In which it keeps what it knows. It makes them when it starts, and at no other time. */
    static final List<String> TOPICS =
            List.of("godwit.connect.config", "godwit.connect.offset", "godwit.connect.status");

    private final StateDirectory state;
    private final Settings settings;

    ConnectWorker(StateDirectory state, Settings settings) {
        this.state = state;
        this.settings = settings;
    }

    String url() {
        return "http://" + Ports.LOOPBACK + ":" + settings.ports().connect();
    }

    Launch launch(Home home) {
        Path file = state.configuration("connect.properties");
        PropertiesFile.write(file, properties());
        List<String> command = JavaCommand.withHeap("384m")
                .naming(settings.detour())
                .logging()
                .main(home.stackClassPath(), MAIN, file);
        return new Launch(
                Component.CONNECT,
                command,
                environment(),
                state.log(Component.CONNECT),
                properties().toString());
    }

    boolean answers() {
        return Http.get(url() + "/connectors").filter(Http.Answer::isOk).isPresent();
    }

    /** What the placeholders of the connector's configuration stand for. */
    private Map<String, String> environment() {
        DatabaseUrl database = settings.asServicesReach(settings.capture());
        Map<String, String> environment = new HashMap<>(Map.of(
                "GODWIT_DATABASE_HOST", database.host(),
                "GODWIT_DATABASE_PORT", Integer.toString(database.port()),
                "GODWIT_DATABASE_NAME", database.database(),
                "GODWIT_CAPTURE_USER", database.user(),
                "GODWIT_CAPTURE_PASSWORD", database.password(),
                "GODWIT_CAPTURE_SLOT", Connector.SLOT));
        settings.sources().keySet().forEach(name -> environment.putAll(environment(name)));
        return environment;
    }

    private Map<String, String> environment(String source) {
        DatabaseUrl database = settings.asServicesReach(settings.sourceForCapture(source));
        String prefix = Services.sourcePrefix(source);
        return Map.of(
                prefix + "_HOST", database.host(),
                prefix + "_PORT", Integer.toString(database.port()),
                prefix + "_NAME", database.database(),
                prefix + "_CAPTURE_USER", database.user(),
                prefix + "_CAPTURE_PASSWORD", database.password(),
                prefix + "_SLOT", Connector.slotOf(source));
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("bootstrap.servers", settings.bootstrapServers());
        properties.put("group.id", "godwit-connect");
        for (String store : List.of("config", "offset", "status")) {
            properties.put(store + ".storage.topic", "godwit.connect." + store);
            properties.put(store + ".storage.replication.factor", "-1");
        }
        properties.put("offset.storage.partitions", "1");
        properties.put("status.storage.partitions", "1");
        properties.put("listeners", url());
        properties.put("rest.advertised.host.name", Ports.LOOPBACK);
        for (String converter : List.of("key.converter", "value.converter")) {
            properties.put(converter, "org.apache.kafka.connect.json.JsonConverter");
            properties.put(converter + ".schemas.enable", "false");
        }
        properties.put("plugin.discovery", "service_load");
        // Often enough that the slot's confirmed position follows within half a second.
        properties.put("offset.flush.interval.ms", "200");
        properties.put("connector.client.config.override.policy", "All");
        properties.put("config.providers", "env");
        properties.put("config.providers.env.class", "org.apache.kafka.common.config.provider.EnvVarConfigProvider");
        properties.put("config.providers.env.param.allowlist.pattern", "^GODWIT_.*");
        // A killed worker is missed soon, so that its successor need not wait for it.
        properties.put("scheduled.rebalance.max.delay.ms", "0");
        properties.put("session.timeout.ms", "6000");
        properties.put("heartbeat.interval.ms", "2000");
        properties.put("worker.sync.timeout.ms", "3000");
        return properties;
    }
}
