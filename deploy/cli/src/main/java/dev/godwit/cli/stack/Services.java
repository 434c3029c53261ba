package dev.godwit.cli.stack;

import dev.godwit.cli.audit.Chain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How to start and ask the two services. */
final class Services {
    private static final String PROCESSORS = "GODWIT_PACE_PROCESSORS";
    private static final String HEAP = "256m";

    private final StateDirectory state;
    private final Settings settings;
    private final Home home;
    private final StackTokens tokens;

    Services(StateDirectory state, Settings settings, Home home) {
        this.state = state;
        this.settings = settings;
        this.home = home;
        this.tokens = new StackTokens(settings);
    }

    static boolean isBuilt(Home home, String module) {
        return Files.isRegularFile(home.serviceJar(module));
    }

    String migrationUrl(int instance) {
        return "http://" + Ports.LOOPBACK + ":" + settings.ports().migration(instance);
    }

    String auditUrl() {
        return "http://" + Ports.LOOPBACK + ":" + settings.ports().audit();
    }

    static boolean isReady(String url) {
        return Http.get(url + "/q/health/ready").filter(Http.Answer::isOk).isPresent();
    }

    Launch migration(int instance) {
        Map<String, String> environment = http(settings.ports().migration(instance));
        database(environment, "GODWIT_DATABASE", settings.asServicesReach(settings.migration()));
        environment.put("GODWIT_MIGRATIONS_DIRECTORY", settings.migrations());
        environment.put("GODWIT_INSTANCE", Component.migration(instance));
        environment.put("GODWIT_CAPTURE_SLOT", Connector.SLOT);
        environment.put("GODWIT_BLOBS_DIRECTORY", state.stores().toString());
        if (settings.databaseUrl() == null) {
            // The stack's own server is on this machine. What the caller's environment says wins.
            environment.put(
                    PROCESSORS,
                    System.getenv()
                            .getOrDefault(
                                    PROCESSORS,
                                    Integer.toString(Runtime.getRuntime().availableProcessors())));
        }
        settings.sources().keySet().forEach(name -> {
            database(environment, sourcePrefix(name), settings.asServicesReach(settings.sourceForMigration(name)));
            environment.put(sourcePrefix(name) + "_SLOT", Connector.slotOf(name));
        });
        return launch(Component.MIGRATION, Component.migration(instance), environment);
    }

    /** What variables about a database that imports read begin with. */
    static String sourcePrefix(String name) {
        return "GODWIT_SOURCES_" + name.toUpperCase(Locale.ROOT);
    }

    Launch audit() {
        Map<String, String> environment = http(settings.ports().audit());
        database(environment, "GODWIT_AUDIT_DATABASE", settings.asServicesReach(settings.audit()));
        environment.put("GODWIT_MIGRATION_URL", migrationUrl(1));
        environment.put("GODWIT_AUDIT_SIGNING_KEY", signingKey());
        environment.put("GODWIT_AUTH_MIGRATION_TOKEN", tokens.dashboard());
        environment.put("GODWIT_AUTH_SESSION_KEY", tokens.session());
        return launch(Component.AUDIT, Component.AUDIT, environment);
    }

    /** The stack's own, and the same whenever it is started. */
    private String signingKey() {
        return Base64.getEncoder()
                .encodeToString(
                        Chain.hash("audit-signing-key", settings.passwords().get("postgres")));
    }

    private Launch launch(String module, String name, Map<String, String> environment) {
        Path jar = home.serviceJar(module);
        StateDirectory.read(state.more(), Map.class).ifPresent(more -> ((Map<?, ?>) more)
                .forEach((variable, value) -> environment.put(variable.toString(), value.toString())));
        List<String> command =
                JavaCommand.withHeap(HEAP).naming(settings.detour()).measured().jar(jar);
        return new Launch(name, command, environment, state.log(name), built(jar));
    }

    private Map<String, String> http(int port) {
        Map<String, String> environment = new HashMap<>();
        environment.put("KAFKA_BOOTSTRAP_SERVERS", settings.bootstrapServers());
        environment.put("QUARKUS_HTTP_HOST", Ports.LOOPBACK);
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
        environment.put("GODWIT_AUTH_TOKENS", tokens.entries());
        return environment;
    }

    private static void database(Map<String, String> environment, String prefix, DatabaseUrl database) {
        environment.put(prefix + "_HOST", database.host());
        environment.put(prefix + "_PORT", Integer.toString(database.port()));
        environment.put(prefix + "_NAME", database.database());
        environment.put(prefix + "_USER", database.user());
        environment.put(prefix + "_PASSWORD", database.password());
    }

    private static String built(Path jar) {
        try {
            // The bootstrap jar's bytes rarely change; the application's jar beside it does with every build.
            Path application = jar.resolveSibling("quarkus/generated-bytecode.jar");
            return Files.getLastModifiedTime(Files.exists(application) ? application : jar)
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
