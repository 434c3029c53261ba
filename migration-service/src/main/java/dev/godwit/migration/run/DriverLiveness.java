package dev.godwit.migration.run;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** An instance whose driver has ended still answers, and does nothing: only a new start helps, and this asks for it. A database or a broker that is away is no reason for one. */
@Liveness
@ApplicationScoped
class DriverLiveness implements HealthCheck {

    private final RunDriver driver;

    @Inject
    DriverLiveness(RunDriver driver) {
        this.driver = driver;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("Runs are driven")
                .status(driver.isAlive())
                .build();
    }
}
