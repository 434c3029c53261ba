package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.Topics;
import io.opentelemetry.api.trace.Span;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Where no collector is named nothing is traced, whoever asks. */
@QuarkusTest
@TestProfile(LiveService.class)
class UntracedRunsIT extends LiveRuns {

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "quarkus.otel.sdk.disabled")
    boolean disabled;

    @Test
    void shouldWriteNoHeaderUnlessACollectorIsNamed() {
        String id = UUID.randomUUID().toString();
        try (Topics topics = new Topics(bootstrapServers)) {
            topics.send(
                    "godwit.commands",
                    "first",
                    "{\"migration\":\"first\",\"mode\":\"commit\"}",
                    Map.of(
                            "ce_specversion",
                            "1.0",
                            "ce_id",
                            id,
                            "ce_type",
                            "dev.godwit.run.start",
                            "ce_source",
                            "/test",
                            "traceparent",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
            patiently().until(() -> !values("SELECT run_id FROM godwit.command WHERE id = $1", id)
                    .isEmpty());
            String run = value("SELECT run_id FROM godwit.command WHERE id = $1", id);
            must(run, RunState.COMPLETED);

            assertThat(disabled).isTrue();
            assertThat(Span.current().getSpanContext().isValid()).isFalse();
            assertThat(values("SELECT count(*) FROM godwit.outbox WHERE traceparent IS NOT NULL"))
                    .containsExactly("0");
            assertThat(values("SELECT traceparent FROM godwit.run WHERE id = $1", run))
                    .containsExactly("null");
            assertThat(topics.all("godwit.chunks"))
                    .filteredOn(message -> Topics.text(message.value()).contains(run))
                    .isNotEmpty()
                    .allSatisfy(message -> assertThat(message.headers().lastHeader("traceparent"))
                            .isNull());
        }
    }
}
