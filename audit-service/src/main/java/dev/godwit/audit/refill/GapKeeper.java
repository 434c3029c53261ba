package dev.godwit.audit.refill;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.audit.config.AuditConfig;
import dev.godwit.audit.inbox.Backlog;
import dev.godwit.audit.migration.MigrationClient;
import dev.godwit.audit.migration.RefusalException;
import dev.godwit.audit.trail.Gap;
import dev.godwit.audit.trail.Gaps;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;

/**
 * Looks for what is missing and asks migration-service to publish it again from its outbox. What comes then comes as everything does; what was there already is
 * known. <b>Failure semantics:</b> whatever fails is met again by the next look. What the outbox has forgotten stays named.
 */
@ApplicationScoped
class GapKeeper {

    private static final Logger LOG = Logger.getLogger(GapKeeper.class);

    private final Gaps gaps;
    private final MigrationClient migration;
    private final Backlog backlog;
    private final AuditConfig.Refill config;
    private final MeterRegistry metrics;

    GapKeeper(Gaps gaps, MigrationClient migration, Backlog backlog, AuditConfig config, MeterRegistry metrics) {
        this.gaps = gaps;
        this.migration = migration;
        this.backlog = backlog;
        this.config = config.refill();
        this.metrics = metrics;
    }

    @Scheduled(
            every = "{godwit.audit.refill.interval}",
            delayed = "{godwit.audit.refill.interval}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> lookNow() {
        return look().onFailure().recoverWithUni(GapKeeper::later);
    }

    private static Uni<Void> later(Throwable failure) {
        LOG.warnf("AUD0501 gaps could not be looked for or asked for: %s", failure.getMessage());
        return Uni.createFrom().voidItem();
    }

    /** Looks once. */
    Uni<Void> look() {
        return versions()
                .chain(versions -> onWorker(() -> gaps.look(versions, config.grace(), config.horizon())))
                .chain(due -> due.isEmpty() ? Uni.createFrom().voidItem() : ask(due));
    }

    /** Of runs that told something long enough ago for it to be here; none while migration-service does not answer. */
    private Uni<Map<String, Long>> versions() {
        Instant now = Instant.now();
        return migration
                .versions(now.minus(config.horizon()))
                .map(answer -> versions(answer, now.minus(config.grace())))
                .onFailure(RefusalException.class)
                .recoverWithItem(Map.of());
    }

    private static Map<String, Long> versions(JsonNode answer, Instant until) {
        Map<String, Long> versions = new HashMap<>();
        answer.forEach(run -> {
            if (!Instant.parse(run.path("at").asText()).isAfter(until)) {
                versions.put(run.path("run").asText(), run.path("version").asLong());
            }
        });
        return Map.copyOf(versions);
    }

    private Uni<Void> ask(List<Gap> due) {
        Map<String, Asking> askings = new LinkedHashMap<>();
        due.forEach(gap -> askings.computeIfAbsent(
                        gap.run() + (gap.stream().equals(Gap.LIFE) ? " life" : ""), key -> new Asking(gap))
                .add(gap));
        return backlog.isLong()
                .chain(isLong -> isLong
                        ? Uni.createFrom().voidItem()
                        : Multi.createFrom()
                                .iterable(new ArrayList<>(askings.values()))
                                .onItem()
                                .transformToUniAndConcatenate(this::ask)
                                .onItem()
                                .ignoreAsUni());
    }

    private Uni<Void> ask(Asking asking) {
        return Multi.createBy()
                .repeating()
                .uni(() -> migration.resend(asking.run(), asking.body()).invoke(asking::heard))
                .whilst(asking::goesOn)
                .onItem()
                .ignoreAsUni()
                .chain(() -> onWorker(() -> note(asking)))
                .invoke(asked -> LOG.infof(
                        "AUD0502 events were missing and are published again: run=%s events=%d forgotten=%d",
                        asking.run(), asking.sent(), asked))
                .replaceWithVoid();
    }

    /** How many of the gaps are beyond filling. */
    private long note(Asking asking) throws SQLException {
        metrics.counter("godwit.audit.refilled.events").increment((double) asking.sent());
        long forgotten = 0;
        for (Gap gap : asking.gaps()) {
            boolean lost = asking.hasForgotten(gap);
            gaps.answered(gap, lost);
            forgotten += lost ? 1 : 0;
        }
        return forgotten;
    }

    private static <T> Uni<T> onWorker(Callable<T> work) {
        return Uni.createFrom()
                .item(Unchecked.supplier(work::call))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }
}
