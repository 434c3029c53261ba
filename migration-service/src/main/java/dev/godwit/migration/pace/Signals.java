package dev.godwit.migration.pace;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** The signals as they are configured. Fails when limits contradict each other, so that the service does not start with them. */
@ApplicationScoped
class Signals {

    private static final Logger LOG = Logger.getLogger(Signals.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    private final Map<BuiltInSignal, Signal> builtIn = new LinkedHashMap<>();
    private final List<OfOperator> ofOperator;

    @Inject
    Signals(PaceConfig config) {
        for (BuiltInSignal known : BuiltInSignal.values()) {
            PaceConfig.Limits limits = limits(config, known);
            if (limits.enabled()) {
                builtIn.put(known, configured(known.signal(), limits));
            }
        }
        builtIn.computeIfPresent(BuiltInSignal.VACUUM, (known, asked) -> alwaysStopping(asked));
        this.ofOperator = config.sql().entrySet().stream()
                .map(entry -> ofOperator(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Signal configured(Signal signal, PaceConfig.Limits limits) {
        return new Signal(
                signal.name(),
                signal.unit(),
                limits.soft().orElse(signal.soft()),
                limits.hard().orElse(signal.hard()));
    }

    /** Who raises the limits means vacuums as they come and go: without the one that prevents wraparound the server would refuse to write at all. */
    private static Signal alwaysStopping(Signal asked) {
        double stop = BuiltInSignal.WRAPAROUND;
        return new Signal(asked.name(), asked.unit(), Math.min(asked.soft(), stop), Math.min(asked.hard(), stop));
    }

    void mustBeRight(@Observes StartupEvent started) {
        LOG.debugf("%d signals are read", builtIn.size() + ofOperator.size());
    }

    /** A signal of the operator's and the query that it comes from. */
    record OfOperator(Signal signal, String query) {}

    private static OfOperator ofOperator(String name, PaceConfig.OperatorSignal configured) {
        boolean taken = Arrays.stream(BuiltInSignal.values())
                .anyMatch(known -> known.signal().name().equals(name));
        if (taken || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("godwit.pace.sql: '" + name
                    + "' cannot be the name of a signal; take another one of lower-case letters, digits, - and _");
        }
        return new OfOperator(
                new Signal(name, configured.unit().orElse(""), configured.soft(), configured.hard()),
                configured.query());
    }

    private static PaceConfig.Limits limits(PaceConfig config, BuiltInSignal signal) {
        return switch (signal) {
            case PROBE_LATENCY -> config.probeLatency();
            case WAITING_SESSIONS -> config.waitingSessions();
            case WAL_WAITS -> config.walWaits();
            case REPLICATION_LAG -> config.replicationLag();
            case REPLICATION_BACKLOG -> config.replicationBacklog();
            case SLOT_BACKLOG -> config.slotBacklog();
            case SLOT_ROOM -> config.slotRoom();
            case ARCHIVE_BACKLOG -> config.archiveBacklog();
            case DISK -> config.disk();
            case VACUUM -> config.vacuum();
        };
    }

    /** Empty when the operator switched it off. */
    Optional<Signal> find(BuiltInSignal signal) {
        return Optional.ofNullable(builtIn.get(signal));
    }

    List<OfOperator> ofOperator() {
        return ofOperator;
    }
}
