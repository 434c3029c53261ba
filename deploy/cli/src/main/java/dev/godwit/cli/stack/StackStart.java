package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** One start of a stack: decides what is missing and starts it, independent parts at the same time. */
final class StackStart {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern SOURCE = Pattern.compile("[a-z][a-z0-9]{0,30}");

    private static final Duration AFTERMATH = Duration.ofSeconds(10);

    private final StateDirectory state;
    private final Processes processes;
    private final Home home;
    private final StackListener listener;

    StackStart(StateDirectory state, Processes processes, Home home, StackListener listener) {
        this.state = state;
        this.processes = processes;
        this.home = home;
        this.listener = listener;
    }

    void start(StackOptions options) {
        Settings settings = settle(options);
        checkPorts(settings, options.portBase().isPresent());
        state.remember(settings);
        stopSurplus(settings);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            CompletableFuture<Void> postgres = CompletableFuture.runAsync(() -> startPostgres(settings), threads);
            CompletableFuture<Void> kafka = CompletableFuture.runAsync(() -> startKafka(settings), threads);
            CompletableFuture<Void> connect = kafka.thenRunAsync(() -> startConnect(settings), threads);
            CompletableFuture<Void> both = CompletableFuture.allOf(postgres, kafka);
            CompletableFuture<Void> migration = both.thenRunAsync(() -> startMigration(settings), threads);
            CompletableFuture<Void> audit = both.thenRunAsync(() -> startAudit(settings), threads);
            CompletableFuture<Void> connector =
                    CompletableFuture.allOf(connect, migration).thenRunAsync(() -> startConnector(settings), threads);
            CompletableFuture.allOf(audit, connector).get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure ? failure : new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted; the start goes on without us", e);
        } finally {
            threads.shutdown();
            StateDirectory.writePrivately(
                    state.token(), new StackTokens(settings).owner().getBytes(StandardCharsets.US_ASCII));
            StateDirectory.writePrivately(state.description(), describe(settings));
        }
    }

    private Settings settle(StackOptions options) {
        int instances = options.instances().orElse(1);
        if (instances < 1 || instances > Ports.MAX_INSTANCES) {
            throw Failure.usage("--instances must be between 1 and " + Ports.MAX_INSTANCES);
        }
        options.databaseUrl().ifPresent(DatabaseUrl::parse);
        options.sources().forEach(StackStart::checkSource);
        options.migrations().filter(path -> !Files.isDirectory(path)).ifPresent(path -> {
            throw Failure.usage("--migrations: " + path + " is not a directory");
        });
        Optional<Settings> known = state.settings();
        Settings settings = known.orElseGet(() -> Settings.fresh(
                        options.portBase().orElseGet(() -> new PortLedger().claim(state, instances)),
                        defaultMigrations()))
                .merge(options);
        if (settings.databaseUrl() != null && settings.sources().containsValue("")) {
            throw Failure.usage("--source: where the application's database is yours, a source needs its URL too");
        }
        int wanted = options.portBase().orElse(settings.portBase());
        if (wanted != settings.portBase() && !processes.recorded().isEmpty()) {
            throw Failure.usage("this stack runs on ports from " + settings.portBase()
                    + " on; to move it: godwit down, then godwit up --port-base " + wanted);
        }
        return settings.withPortBase(wanted);
    }

    private static void checkSource(String name, String url) {
        if (!SOURCE.matcher(name).matches()) {
            throw Failure.usage("--source: '" + name + "' is no name of a database: lower-case letters and digits");
        }
        if (!url.isEmpty()) {
            DatabaseUrl.parse(url);
        } else if (Set.of("app", "audit", "postgres").contains(name)) {
            throw Failure.usage("--source: database '" + name + "' is there for something else");
        }
    }

    private String defaultMigrations() {
        Path directory = state.root().resolve("migrations");
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory.toString();
    }

    /** A port that we need and that a process of ours does not hold must be free. */
    private void checkPorts(Settings settings, boolean chosenByUser) {
        settings.ports().used(settings.instances()).forEach((name, port) -> {
            String process = name.startsWith(Component.KAFKA) ? Component.KAFKA : name;
            boolean foreign = process.equals(Component.KAFKA) && settings.kafka() != null;
            if (!foreign && processes.running(process).isEmpty() && !isFreeSoon(process, port)) {
                throw Failure.usage("port " + port + " (" + name + ") is in use by another program; stop that, or "
                        + (chosenByUser ? "give another --port-base" : "choose other ports: godwit up --port-base N"));
            }
        });
    }

    /** The system takes a moment to close what a killed process of ours had open; for anybody else's port there is nothing to wait for. */
    private boolean isFreeSoon(String process, int port) {
        return Ports.isFree(port)
                || (processes.recorded().containsKey(process) && Wait.until(AFTERMATH, () -> Ports.isFree(port)));
    }

    /** Instances that the settings no longer want, and embedded parts that were replaced by servers of the user's. */
    private void stopSurplus(Settings settings) {
        List<String> surplus = new ArrayList<>();
        for (int i = settings.instances() + 1; i <= Ports.MAX_INSTANCES; i++) {
            surplus.add(Component.migration(i));
        }
        if (settings.kafka() != null) {
            surplus.add(Component.KAFKA);
        }
        surplus.forEach(name -> processes.stop(name, "TERM", Duration.ofSeconds(30)));
    }

    private void startPostgres(Settings settings) {
        long begin = System.nanoTime();
        PostgresServer server = new PostgresServer(state, settings);
        boolean started = ensure(server.launch(), server::prepare, server::answers);
        try {
            if (started) {
                new DatabaseRoles(settings).prepare();
            }
            new DatabaseRoles(settings).prepareSources();
        } catch (SQLException e) {
            throw Failure.failed("cannot prepare the databases: " + e.getMessage(), e);
        }
        report(Component.POSTGRES, started, begin);
        if (settings.databaseUrl() != null) {
            checkForeignDatabase(settings.application());
        }
    }

    private void checkForeignDatabase(DatabaseUrl url) {
        try (Connection connection = url.connect()) {
            DatabaseRoles.obstacles(connection).forEach(listener::warn);
            try {
                DatabaseRoles.createOrigins(connection);
            } catch (SQLException refused) {
                listener.warn("replication origins could not be created on the server (" + refused.getMessage()
                        + "); `godwit doctor --grants` prints what an administrator must run");
            }
        } catch (SQLException e) {
            throw Failure.failed("cannot connect to " + url + ": " + e.getMessage());
        }
    }

    private void startKafka(Settings settings) {
        long begin = System.nanoTime();
        Broker broker = new Broker(state, settings);
        if (settings.kafka() == null) {
            boolean started = ensure(broker.launch(home), () -> {}, broker::answers);
            broker.createTopics().forEach(listener::warn);
            report(Component.KAFKA, started, begin);
        } else if (broker.answers()) {
            broker.createTopics().forEach(listener::warn);
            listener.done(Component.KAFKA, "yours, at " + settings.kafka(), since(begin));
        } else {
            throw Failure.failed("no Kafka broker answers at " + settings.kafka());
        }
    }

    private void startConnect(Settings settings) {
        long begin = System.nanoTime();
        ConnectWorker worker = new ConnectWorker(state, settings);
        if (processes.running(Component.CONNECT).isPresent()
                && !new Broker(state, settings).has(ConnectWorker.TOPICS)) {
            // Without them it would never commit an offset again, nor end by itself before it has tried to for long.
            processes.stop(Component.CONNECT, "KILL", Duration.ofSeconds(30));
        }
        report(Component.CONNECT, ensure(worker.launch(home), () -> {}, worker::answers), begin);
    }

    private void startMigration(Settings settings) {
        if (!Services.isBuilt(home, Component.MIGRATION)) {
            listener.warn("migration-service is not built; the stack runs without it");
            return;
        }
        Services services = new Services(state, settings, home);
        List<CompletableFuture<Void>> instances = new ArrayList<>();
        for (int i = 1; i <= settings.instances(); i++) {
            int instance = i;
            instances.add(CompletableFuture.runAsync(() -> {
                long begin = System.nanoTime();
                boolean started = ensure(
                        services.migration(instance),
                        () -> {},
                        () -> Services.isReady(services.migrationUrl(instance)));
                report(Component.migration(instance), started, begin);
            }));
        }
        CompletableFuture.allOf(instances.toArray(CompletableFuture[]::new)).join();
    }

    private void startAudit(Settings settings) {
        if (!Services.isBuilt(home, Component.AUDIT)) {
            listener.warn("audit-service is not built; the stack runs without it");
            return;
        }
        long begin = System.nanoTime();
        Services services = new Services(state, settings, home);
        boolean started = ensure(services.audit(), () -> {}, () -> Services.isReady(services.auditUrl()));
        report(Component.AUDIT, started, begin);
    }

    private void startConnector(Settings settings) {
        if (!Services.isBuilt(home, Component.MIGRATION)) {
            return; // nobody has made the publication
        }
        long begin = System.nanoTime();
        String url = new ConnectWorker(state, settings).url();
        try {
            Connector.of(url, home).fitting(settings.migration()).ensureRunning(PATIENCE);
            awaitReader(settings.migration(), Connector.SLOT);
            for (String source : settings.sources().keySet()) {
                Connector.ofSource(url, home, source).ensureRunning(PATIENCE);
                awaitReader(settings.sourceForMigration(source), Connector.slotOf(source));
            }
            listener.done("connector", "running", since(begin));
        } catch (Failure notRunning) {
            if (settings.databaseUrl() == null) {
                throw notRunning;
            }
            // The user's server may lack a setting or a privilege; the services are up and `doctor` tells which.
            listener.warn(notRunning.getMessage());
        }
    }

    /** A task that runs has yet to open its slot; changes of the application are heard from then on. */
    private static void awaitReader(DatabaseUrl database, String slot) {
        if (!Wait.until(PATIENCE, () -> Slot.isRead(database, slot))) {
            throw Failure.failed(
                    "the connector runs, but nobody reads the replication slot " + slot + "; godwit doctor tells more");
        }
    }

    /** Starts the process unless it runs as wanted, then waits until it answers. True when it was started. */
    private boolean ensure(Launch launch, Runnable prepare, BooleanSupplier answers) {
        Optional<Processes.Recorded> running = processes.running(launch.name());
        boolean upToDate = running.filter(process -> process.fingerprint().equals(launch.fingerprint()))
                .isPresent();
        if (!upToDate) {
            processes.stop(launch.name(), Stack.politely(launch.name()), Duration.ofSeconds(30));
            prepare.run();
            running = Optional.of(processes.spawn(launch));
        }
        Processes.Recorded process = running.orElseThrow();
        boolean[] ended = {false};
        boolean answered = Wait.until(PATIENCE, () -> {
            ended[0] = !process.isAlive();
            return ended[0] || answers.getAsBoolean();
        });
        if (ended[0] || !answered) {
            throw Failure.failed(launch.name() + (ended[0] ? " ended while starting" : " does not answer")
                    + "; its log " + launch.log() + " ends:\n    " + Processes.tail(launch.log()));
        }
        return !upToDate;
    }

    private StackDescription describe(Settings settings) {
        Services services = new Services(state, settings, home);
        Map<String, StackDescription.ProcessInfo> infos = new LinkedHashMap<>();
        List<String> order =
                new ArrayList<>(settings.ports().used(settings.instances()).keySet());
        order.forEach(name -> processes
                .running(name)
                .ifPresent(process -> infos.put(
                        name,
                        new StackDescription.ProcessInfo(
                                process.pid(), state.log(name).toString()))));
        List<String> urls = new ArrayList<>();
        for (int i = 1; i <= settings.instances(); i++) {
            urls.add(services.migrationUrl(i));
        }
        return new StackDescription(
                new StackDescription.Database(settings.application().toUrl()),
                new StackDescription.Kafka(settings.bootstrapServers()),
                new StackDescription.Connect(new ConnectWorker(state, settings).url()),
                new StackDescription.Migration(services.migrationUrl(1), urls, settings.migrations(), null),
                new StackDescription.Audit(services.auditUrl(), settings.audit().toUrl()),
                sources(settings),
                infos,
                state.token().toString());
    }

    private static Map<String, StackDescription.Database> sources(Settings settings) {
        Map<String, StackDescription.Database> sources = new LinkedHashMap<>();
        settings.sources()
                .keySet()
                .forEach(name -> sources.put(
                        name,
                        new StackDescription.Database(settings.source(name).toUrl())));
        return sources;
    }

    private void report(String component, boolean started, long begin) {
        listener.done(component, started ? "started" : "already running", since(begin));
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
