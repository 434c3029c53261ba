package dev.godwit.migration.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/** The whole service, runs and tail included, on a real PostgreSQL and a real Kafka; {@link TestConnector} stands between them. */
public class LiveService implements QuarkusTestProfile {

    /** Name of the slot that the service looks at. */
    public static final String SLOT = "live_service";

    /** So many changes wait for a paused run. */
    public static final int PARKED_KEYS_MAX = 5;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "godwit.capture.slot",
                SLOT,
                "godwit.capture.parked-keys-max",
                Integer.toString(PARKED_KEYS_MAX),
                "godwit.driver.every",
                "50ms",
                "mp.messaging.connector.smallrye-kafka.metadata.max.age.ms",
                "500");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(
                KafkaAndPostgres.class, Map.of("migrations", "src/test/resources/live-migrations")));
    }
}
