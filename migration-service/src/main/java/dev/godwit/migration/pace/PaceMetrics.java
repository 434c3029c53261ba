package dev.godwit.migration.pace;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Signals and pace as Prometheus reads them. An instance tells what it has read and decided itself; of several, the newest is right. */
@ApplicationScoped
class PaceMetrics {

    private final MultiGauge signals;
    private final MultiGauge shares;
    private final MultiGauge stops;
    private final Map<String, PaceState> runs = new LinkedHashMap<>();

    @Inject
    PaceMetrics(MeterRegistry registry) {
        this.signals = MultiGauge.builder("godwit.pace.signal")
                .description("What a signal said last, in its unit")
                .register(registry);
        this.shares = MultiGauge.builder("godwit.pace.share")
                .description("Share of what its level allows that a run has, 0.1 to 1")
                .register(registry);
        this.stops = MultiGauge.builder("godwit.pace.stopped")
                .description("1 while a run stands still because of a signal or its window")
                .register(registry);
    }

    /** What cannot be read is not told. */
    void read(List<Reading> readings) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        readings.stream().filter(reading -> reading.value().isPresent()).forEach(reading -> {
            Tags tags = Tags.of(
                    "signal", reading.signal().name(), "unit", reading.signal().unit());
            rows.add(MultiGauge.Row.of(tags, reading.value().getAsDouble()));
        });
        signals.register(rows, true);
    }

    synchronized void decided(String runId, PaceState state) {
        runs.put(runId, state);
        tell();
    }

    /** Forgets the others. */
    synchronized void keepOnly(Set<String> working) {
        if (runs.keySet().retainAll(working)) {
            tell();
        }
    }

    private void tell() {
        List<MultiGauge.Row<?>> share = new ArrayList<>();
        List<MultiGauge.Row<?>> stopped = new ArrayList<>();
        runs.forEach((run, now) -> {
            share.add(MultiGauge.Row.of(Tags.of("run", run), now.share()));
            stopped.add(MultiGauge.Row.of(Tags.of("run", run), now.stopped().isPresent() ? 1 : 0));
        });
        shares.register(share, true);
        stops.register(stopped, true);
    }
}
