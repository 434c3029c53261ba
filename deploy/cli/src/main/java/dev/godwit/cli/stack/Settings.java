package dev.godwit.cli.stack;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What a stack remembers between {@code down} and {@code up}.
 *
 * @param databaseUrl of a server that is not ours, or null
 * @param kafka bootstrap servers of a broker that is not ours, or null
 * @param clusterId Kafka's, fixed when the broker's directory is formatted
 * @param passwords by role of the embedded server
 */
record Settings(
        int portBase,
        String migrations,
        int instances,
        String databaseUrl,
        String kafka,
        String clusterId,
        Map<String, String> passwords) {
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
                portBase, migrations, 1, null, null, Uuid.randomUuid().toString(), passwords);
    }

    Settings merge(StackOptions options) {
        return new Settings(
                portBase,
                options.migrations().map(Object::toString).orElse(migrations),
                options.instances().orElse(instances),
                options.databaseUrl().orElse(databaseUrl),
                options.kafka().orElse(kafka),
                clusterId,
                passwords);
    }

    Settings withPortBase(int base) {
        return new Settings(base, migrations, instances, databaseUrl, kafka, clusterId, passwords);
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

    /** Always on the embedded server: nothing of the audit trail is written to a server that is not ours. */
    DatabaseUrl audit() {
        return embedded("audit", "audit");
    }

    /** The embedded server's superuser. */
    DatabaseUrl superuser() {
        return embedded("postgres", "postgres");
    }

    private DatabaseUrl embedded(String database, String role) {
        return new DatabaseUrl(Ports.LOOPBACK, ports().postgres(), database, role, passwords.get(role));
    }
}
