package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One local stack, found by its state directory. The command line, the demo, benchmarks and tests all start it here.
 *
 * <p>Its processes outlive the JVM that started them. Each can be killed on its own ({@link #killProcess}); {@link #start} on the same
 * state directory then starts what is missing and nothing else.
 */
public final class Stack {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StateDirectory state;
    private final Processes processes;
    private final Optional<StackDescription> elsewhere;

    private Stack(Path directory, Optional<StackDescription> elsewhere) {
        this.state = new StateDirectory(directory);
        this.processes = new Processes(state);
        this.elsewhere = elsewhere;
    }

    /** The stack of that directory, whether it exists, runs or not. */
    public static Stack at(Path state) {
        return new Stack(state, Optional.empty());
    }

    /**
     * A stack that something else has started, such as compose: it can be talked to, and neither started nor stopped.
     *
     * @param file like {@code stack.json}, without processes; paths in it are relative to its directory
     * @throws Failure when it cannot be read
     */
    public static Stack describedBy(Path file) {
        Path home = file.toAbsolutePath().getParent();
        StackDescription description = StateDirectory.read(file, StackDescription.class)
                .orElseThrow(() -> Failure.usage("no such file: " + file));
        if (!description.isComplete()) {
            throw Failure.usage(
                    file + " must have database.url, kafka.bootstrapServers, migration.url, urls, directory and"
                            + " databaseUrl, and audit.url and databaseUrl; deploy/compose/stack.json is an example");
        }
        return new Stack(home, Optional.of(description.in(home)));
    }

    /**
     * Starts what is not running and returns when everything answers. Safe to call again at any time, also from several processes at once.
     *
     * @throws Failure with the port or the log that matters, when something cannot be started; what was started meanwhile stays up
     */
    public static Stack start(StackOptions options, StackListener listener) {
        Stack stack = Stack.at(options.state());
        stack.state.create();
        try (StateDirectory.Lock lock = stack.state.lock()) {
            assert lock.lock().isValid();
            new StackStart(stack.state, stack.processes, Home.find(), listener).start(options);
        }
        return stack;
    }

    /** As {@link #start(StackOptions, StackListener)}, silently. */
    public static Stack start(StackOptions options) {
        return start(options, StackListener.SILENT);
    }

    /** The state directory. */
    public Path directory() {
        return state.root();
    }

    /** True when a stack was ever started here and not purged. */
    public boolean exists() {
        return state.exists();
    }

    /** Where blobs of stores are that have no settings of their own: {@code NAME/from} and {@code NAME/to}. */
    public Path stores() {
        return state.stores();
    }

    /**
     * Addresses and processes, as the last {@link #start} wrote them.
     *
     * @throws Failure when no stack was ever started here
     */
    public StackDescription describe() {
        return elsewhere
                .or(() -> StateDirectory.read(state.description(), StackDescription.class))
                .orElseThrow(() -> Failure.failed("no stack in " + state.root() + "; start one: ./godwit up"));
    }

    /**
     * The application's database as migration-service reaches it: the one role that may read what schema {@code godwit} keeps.
     *
     * @throws Failure when no stack was ever started here
     */
    public DatabaseUrl migrationDatabase() {
        return elsewhere
                .map(description -> DatabaseUrl.parse(description.migration().databaseUrl()))
                .or(() -> state.settings().map(Settings::migration))
                .orElseThrow(() -> Failure.failed("no stack in " + state.root() + "; start one: ./godwit up"));
    }

    /** Database {@code app} of the embedded server as its superuser; empty when the application's database is elsewhere, or no stack was ever started here. */
    public Optional<DatabaseUrl> administrator() {
        return state.settings()
                .filter(settings -> settings.databaseUrl() == null)
                .map(settings -> settings.superuser().in("app"));
    }

    /** How each component is, asked now; takes a few seconds when some do not answer. Empty when there is no stack. */
    public List<ComponentStatus> status() {
        return state.settings()
                .map(settings -> new StackStatus(state, settings, processes, Home.find()).all())
                .orElse(List.of());
    }

    /** Has both services find these variables in their environment whenever they are started from now on. */
    public void addToServices(Map<String, String> variables) {
        StateDirectory.writePrivately(state.more(), variables);
    }

    /** The log of a process. */
    public Path log(String process) {
        return state.log(process);
    }

    /** True when the process of that name is alive. */
    public boolean isRunning(String process) {
        return processes.running(process).isPresent();
    }

    /**
     * Kills a process as kill -9 does and returns when it is gone.
     *
     * @param process its name in stack.json
     * @throws Failure when no such process is alive
     */
    public void killProcess(String process) {
        signalProcess(process, "KILL");
        Processes.Recorded recorded = processes.recorded().get(process);
        if (recorded != null && !Processes.awaitEnd(recorded, PATIENCE)) {
            throw Failure.failed(process + " survived being killed");
        }
    }

    /**
     * Sends a signal by name without waiting; {@code QUIT} makes PostgreSQL shut down immediately, {@code STOP} and {@code CONT} halt a
     * process and let it go on.
     *
     * @throws Failure when no such process is alive
     */
    public void signalProcess(String process, String signal) {
        Processes.Recorded running = processes
                .running(process)
                .orElseThrow(() -> Failure.failed("no process " + process + " is running in " + state.root()));
        Processes.signal(running.pid(), signal);
    }

    /** Ends all processes in the reverse order of their start; the data stays. */
    public void stop(StackListener listener) {
        if (!state.exists()) {
            return;
        }
        try (StateDirectory.Lock lock = state.lock()) {
            assert lock.lock().isValid();
            stopAll(listener);
        }
    }

    /** Ends all processes and deletes the state directory with all data. */
    public void purge(StackListener listener) {
        if (!state.exists()) {
            return;
        }
        try (StateDirectory.Lock lock = state.lock()) {
            assert lock.lock().isValid();
            endAll(listener);
            new PortLedger().release(state);
            state.delete();
        }
    }

    private void stopAll(StackListener listener) {
        // Together, since none needs another in order to end.
        stopTogether(services(), listener);
        stopTogether(List.of(Component.CONNECT), listener);
        stopTogether(List.of(Component.KAFKA, Component.POSTGRES), listener);
    }

    /** Nobody needs what these would write on their way out: their data goes. The services may talk to servers of the user's, and say goodbye. */
    private void endAll(StackListener listener) {
        stopTogether(services(), listener);
        List.of(Component.CONNECT, Component.KAFKA)
                .forEach(name -> processes.running(name).ifPresent(process -> Processes.signal(process.pid(), "KILL")));
        processes.running(Component.POSTGRES).ifPresent(process -> Processes.signal(process.pid(), "QUIT"));
        stopTogether(List.of(Component.CONNECT, Component.KAFKA, Component.POSTGRES), listener);
    }

    private List<String> services() {
        return processes.recorded().keySet().stream()
                .filter(name -> name.startsWith(Component.MIGRATION) || name.equals(Component.AUDIT))
                .toList();
    }

    private void stopTogether(List<String> names, StackListener listener) {
        List<String> alive = new ArrayList<>();
        for (String name : names) {
            Optional<Processes.Recorded> running = processes.running(name);
            if (running.isPresent()) {
                Processes.signal(running.get().pid(), politely(name));
                alive.add(name);
            } else {
                processes.forget(name);
            }
        }
        for (String name : alive) {
            long begin = System.nanoTime();
            processes.stop(name, politely(name), PATIENCE);
            listener.done(name, "stopped", Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    /** PostgreSQL's "fast shutdown"; TERM would wait for every client to leave. */
    static String politely(String process) {
        return process.equals(Component.POSTGRES) ? "INT" : "TERM";
    }
}
