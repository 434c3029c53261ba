package dev.godwit.audit.inbox;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while a lane waits for the database or the broker; ready again by itself. */
@Readiness
@ApplicationScoped
class InboxHealth implements HealthCheck {

    private final RunsInbox runs;
    private final OutcomesInbox outcomes;
    private final HealthInbox health;

    InboxHealth(RunsInbox runs, OutcomesInbox outcomes, HealthInbox health) {
        this.runs = runs;
        this.outcomes = outcomes;
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        boolean flowing = runs.lane().trouble().isEmpty()
                && outcomes.lane().trouble().isEmpty()
                && health.lane().trouble().isEmpty();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("inbox")
                .withData("runs", runs.lane().trouble().orElse("flowing"))
                .withData("outcomes", outcomes.lane().trouble().orElse("flowing"))
                .withData("health", health.lane().trouble().orElse("flowing"));
        return response.status(flowing).build();
    }
}
