package dev.godwit.cli.stack;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * What a stack remembers between {@code down} and {@code up}.
 *
 * @param databaseUrl of a server that is not ours, or null
 * @param kafka bootstrap servers of a broker that is not ours, or null
 * @param clusterId Kafka's, fixed when the broker's directory is formatted
 * @param passwords by role of the embedded server
 * @param sources databases that imports read, by name: their URLs, or an empty text for a database of the embedded server; null in what older versions wrote
 * @param detour by which services and Connect reach the embedded server, or null
 */
record Settings(
        int portBase,
        String migrations,
        int instances,
        String databaseUrl,
        String kafka,
        String clusterId,
        Map<String, String> passwords,
        Map<String, String> sources,
        Detour detour) {
    private static final List<String> ROLES = List.of("postgres", "app", "godwit", "godwit_capture", "audit");

    static Settings fresh(int portBase, String migrations) {
        SecureRandom random = new SecureRandom();
        Map<String, String> passwords = new LinkedHashMap<>();
        for (String role : ROLES) {
            byte[] bytes = new byte[18];
            random.nextBytes(bytes);
            passwords.put(role, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        }
        return new Settings(
                portBase, migrations, 1, null, null, Uuid.randomUuid().toString(), passwords, Map.of(), null);
    }

    Settings {
        sources = sources == null ? Map.of() : sources;
    }

    Settings merge(StackOptions options) {
        return new Settings(
                portBase,
                options.migrations().map(Object::toString).orElse(migrations),
                options.instances().orElse(instances),
                options.databaseUrl().orElse(databaseUrl),
                options.kafka().orElse(kafka),
                clusterId,
                passwords,
                together(sources, options.sources()),
                options.detour().orElse(detour));
    }

    private static Map<String, String> together(Map<String, String> known, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(known);
        all.putAll(more);
        return all;
    }

    Settings withPortBase(int base) {
        return new Settings(base, migrations, instances, databaseUrl, kafka, clusterId, passwords, sources, detour);
    }

    Ports ports() {
        return new Ports(portBase);
    }

    String bootstrapServers() {
        return kafka != null ? kafka : Ports.LOOPBACK + ":" + ports().kafka();
    }

    /** Database {@code app} as its owner, or the foreign server. */
    DatabaseUrl application() {
        return databaseUrl != null ? DatabaseUrl.parse(databaseUrl) : embedded("app", "app");
    }

    /** The application's database as migration-service reaches it. */
    DatabaseUrl migration() {
        return databaseUrl != null ? DatabaseUrl.parse(databaseUrl) : embedded("app", "godwit");
    }

    /** The application's database as Debezium reaches it. */
    DatabaseUrl capture() {
        return databaseUrl != null ? DatabaseUrl.parse(databaseUrl) : embedded("app", "godwit_capture");
    }

    /** A database that imports read, as its owner. */
    DatabaseUrl source(String name) {
        return source(name, "app");
    }

    /** The same as migration-service reaches it. */
    DatabaseUrl sourceForMigration(String name) {
        return source(name, "godwit");
    }

    /** The same as Debezium reaches it. */
    DatabaseUrl sourceForCapture(String name) {
        return source(name, "godwit_capture");
    }

    private DatabaseUrl source(String name, String role) {
        String url = sources.get(name);
        return url.isEmpty() ? embedded(name, role) : DatabaseUrl.parse(url);
    }

    /** Always on the embedded server: nothing of the audit trail is written to a server that is not ours. */
    DatabaseUrl audit() {
        return embedded("audit", "audit");
    }

    /** The embedded server's superuser. */
    DatabaseUrl superuser() {
        return embedded("postgres", "postgres");
    }

    /** The same database by the way that the services' connections take. */
    DatabaseUrl asServicesReach(DatabaseUrl database) {
        boolean embedded = database.host().equals(Ports.LOOPBACK) && database.port() == ports().postgres();
        return embedded && detour != null
                ? new DatabaseUrl(
                        detour.host(), detour.port(), database.database(), database.user(), database.password())
                : database;
    }

    private DatabaseUrl embedded(String database, String role) {
        return new DatabaseUrl(Ports.LOOPBACK, ports().postgres(), database, role, passwords.get(role));
    }
}
