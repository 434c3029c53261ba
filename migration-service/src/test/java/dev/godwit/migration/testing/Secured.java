package dev.godwit.migration.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@link LiveService}, of which all sessions with Kafka are encrypted, with certificates on both sides and a password, and which answers over TLS alone. */
public class Secured extends LiveService {

    private static final TestCertificate CERTIFICATE = TestCertificate.make();

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
        overrides.put(
                "quarkus.http.ssl.certificate.files", CERTIFICATE.certificate().toString());
        overrides.put(
                "quarkus.http.ssl.certificate.key-files", CERTIFICATE.key().toString());
        overrides.put("quarkus.http.test-ssl-port", "0");
        overrides.put("quarkus.http.insecure-requests", "disabled");
        overrides.put("test.certificate", CERTIFICATE.certificate().toString());
        return overrides;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(
                KafkaAndPostgres.class, Map.of("migrations", "src/test/resources/live-migrations", "secured", "true")));
    }
}
