package dev.godwit.cli.stack;

import dev.godwit.cli.stack.ComponentStatus.Health;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Asks every component how it is; never infers health from a process being there. */
final class StackStatus {
    private final StateDirectory state;
    private final Settings settings;
    private final Processes processes;
    private final Home home;

    StackStatus(StateDirectory state, Settings settings, Processes processes, Home home) {
        this.state = state;
        this.settings = settings;
        this.processes = processes;
        this.home = home;
    }

    List<ComponentStatus> all() {
        Services services = new Services(state, settings, home);
        ConnectWorker worker = new ConnectWorker(state, settings);
        List<Supplier<ComponentStatus>> questions = new ArrayList<>();
        questions.add(this::postgres);
        if (settings.databaseUrl() != null) {
            questions.add(this::foreignDatabase);
        }
        questions.add(this::kafka);
        questions.add(() -> process(Component.CONNECT, worker.url(), worker::answers));
        questions.add(() -> connector("connector", worker.url(), Connector.of(worker.url(), home)));
        questions.add(() -> slot("slot", settings.migration(), Connector.SLOT));
        for (String source : settings.sources().keySet()) {
            questions.add(() ->
                    connector("connector " + source, worker.url(), Connector.ofSource(worker.url(), home, source)));
            questions.add(() -> slot("slot " + source, settings.sourceForMigration(source), Connector.slotOf(source)));
        }
        for (int i = 1; i <= settings.instances(); i++) {
            int instance = i;
            questions.add(
                    () -> service(Component.migration(instance), Component.MIGRATION, services.migrationUrl(instance)));
        }
        questions.add(() -> service(Component.AUDIT, Component.AUDIT, services.auditUrl()));
        // All at once: a component that does not answer costs its time-out once.
        List<CompletableFuture<ComponentStatus>> answers =
                questions.stream().map(CompletableFuture::supplyAsync).toList();
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private ComponentStatus postgres() {
        String address = Ports.LOOPBACK + ":" + settings.ports().postgres();
        return process(Component.POSTGRES, address, () -> new PostgresServer(state, settings).answers());
    }

    private ComponentStatus foreignDatabase() {
        DatabaseUrl url = settings.application();
        try (Connection connection = url.connect()) {
            List<String> obstacles = DatabaseRoles.obstacles(connection);
            return new ComponentStatus(
                    "database",
                    obstacles.isEmpty() ? Health.HEALTHY : Health.UNHEALTHY,
                    url.toString(),
                    null,
                    String.join("; ", obstacles));
        } catch (SQLException e) {
            return new ComponentStatus("database", Health.UNKNOWN, url.toString(), null, e.getMessage());
        }
    }

    private ComponentStatus kafka() {
        Broker broker = new Broker(state, settings);
        if (settings.kafka() == null) {
            return process(Component.KAFKA, settings.bootstrapServers(), broker::answers);
        }
        boolean answers = broker.answers();
        return new ComponentStatus(
                Component.KAFKA,
                answers ? Health.HEALTHY : Health.UNKNOWN,
                settings.kafka(),
                null,
                answers ? "" : "does not answer");
    }

    private ComponentStatus service(String name, String module, String url) {
        if (processes.running(name).isEmpty() && !Services.isBuilt(home, module)) {
            return new ComponentStatus(name, Health.MISSING, url, null, "not built");
        }
        return process(name, url, () -> Services.isReady(url));
    }

    private ComponentStatus process(String name, String address, BooleanSupplier answers) {
        return processes
                .running(name)
                .map(process -> {
                    boolean healthy = answers.getAsBoolean();
                    return new ComponentStatus(
                            name,
                            healthy ? Health.HEALTHY : Health.UNHEALTHY,
                            address,
                            process.pid(),
                            healthy ? "" : "runs, but does not answer; see " + state.log(name));
                })
                .orElseGet(() -> new ComponentStatus(name, Health.STOPPED, address, null, "no such process"));
    }

    private static ComponentStatus connector(String name, String url, Connector asked) {
        Connector.State connector = asked.state();
        Health health = connector.isRunning()
                ? Health.HEALTHY
                : connector.equals(Connector.State.UNKNOWN) ? Health.UNKNOWN : Health.UNHEALTHY;
        return new ComponentStatus(
                name,
                health,
                url,
                null,
                (connector.state().toLowerCase(java.util.Locale.ROOT) + " " + connector.trace()).strip());
    }

    private static ComponentStatus slot(String component, DatabaseUrl database, String name) {
        try {
            return Slot.find(database, name)
                    .map(slot -> new ComponentStatus(
                            component,
                            slot.active() ? Health.HEALTHY : Health.UNHEALTHY,
                            "",
                            null,
                            (slot.active() ? "active, " : "nobody reads it, ") + slot.behind() + " behind"))
                    .orElseGet(() ->
                            new ComponentStatus(component, Health.MISSING, "", null, "no replication slot " + name));
        } catch (SQLException e) {
            return new ComponentStatus(component, Health.UNKNOWN, "", null, "the database does not answer");
        }
    }
}
