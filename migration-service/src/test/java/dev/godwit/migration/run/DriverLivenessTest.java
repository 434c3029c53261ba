package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.ending.Ending;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class DriverLivenessTest {
    private static final GodwitConfig CONFIG = new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(GodwitConfig.class)
            .withDefaultValue("godwit.database.password", "unused")
            .withDefaultValue("godwit.driver.every", "5ms")
            .build()
            .getConfigMapping(GodwitConfig.class);

    private static RunDriver driver(Runs runs) {
        return new RunDriver(null, runs, null, null, null, null, null, null, CONFIG, null, new Ending());
    }

    private static Status status(RunDriver driver) {
        return new DriverLiveness(driver).call().getStatus();
    }

    @Test
    void shouldTellThatRunsAreNotDrivenAnyMore() {
        RunDriver driver = driver(null);
        assertThat(status(driver)).isEqualTo(Status.UP);

        driver.start(new StartupEvent());

        await().until(() -> status(driver) == Status.DOWN);
    }

    @Test
    void shouldBeAliveThoughNothingCanBeReadOfTheDatabase() {
        AtomicInteger rounds = new AtomicInteger();
        RunDriver driver = driver(new Runs(null, null) {
            @Override
            public Uni<List<Run>> active() {
                rounds.incrementAndGet();
                return Uni.createFrom().failure(new IllegalStateException("away"));
            }
        });

        driver.start(new StartupEvent());
        await().until(() -> rounds.get() > 10);

        assertThat(status(driver)).isEqualTo(Status.UP);
        driver.stop();
    }
}
