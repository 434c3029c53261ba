package dev.godwit.audit.web;

import java.util.List;
import java.util.OptionalLong;

/**
 * Everything that goes on, in six figures.
 *
 * @param throttled runs that something holds back
 * @param healthTone name of the style of the worst state of health
 */
public record Glance(
        int active, String rate, long throttled, long failed, String lag, String health, String healthTone) {

    private static final List<String> WORST_FIRST = List.of("critical", "unknown", "warn", "empty", "ok");

    static Glance of(List<RunView> runs, List<HealthView> health) {
        List<RunView> active =
                runs.stream().filter(view -> !view.run().isEnded()).toList();
        OptionalLong lag = active.stream()
                .filter(view -> view.lagMillis() != null)
                .mapToLong(RunView::lagMillis)
                .max();
        HealthView worst = WORST_FIRST.stream()
                .flatMap(state ->
                        health.stream().filter(view -> view.health().state().equals(state)))
                .findFirst()
                .orElse(null);
        return new Glance(
                active.size(),
                Formats.count(Math.round(
                        active.stream().mapToDouble(RunView::ratePerSecond).sum())),
                active.stream().filter(view -> view.throttle() != null).count(),
                active.stream()
                        .filter(view -> view.run().state().equals("failed"))
                        .count(),
                lag.isPresent() ? Formats.count(lag.getAsLong()) + " ms" : "–",
                worst == null ? "not measured" : worst.health().state(),
                worst == null ? "undone" : worst.tone());
    }
}
