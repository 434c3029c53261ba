package dev.godwit.migration.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The whole service with real PostgreSQL and Kafka around it, but with {@link StubRuns} instead of runs: for tests of the edges. Callers must prove who they are. */
public class StubbedRuns implements QuarkusTestProfile {

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(StubRuns.class);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("godwit.auth", "required", "godwit.auth.tokens", TestTokens.entries());
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(KafkaAndPostgres.class), new TestResourceEntry(TestIssuer.class));
    }
}
