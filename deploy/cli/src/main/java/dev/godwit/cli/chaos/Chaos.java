package dev.godwit.cli.chaos;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.chaos.Bounded.Late;
import dev.godwit.cli.chaos.Faults.Means;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackListener;
import dev.godwit.cli.stack.StackOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs under fire, one after the other on one stack, which is theirs alone and goes with the last of them.
 *
 * <p>After a run that is not whole, what the stack has written is kept, and the next run gets a new stack.
 */
final class Chaos implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofSeconds(20);

    private final Path home;
    private final List<String> only;
    private final Consumer<String> notes;
    private Optional<Ground> ground = Optional.empty();
    private List<Fault> skipped = List.of();
    private Interrupted interrupted;
    private volatile boolean ending;
    private volatile Optional<Bounded<ChaosResult>> flying = Optional.empty();

    /** The stack of the moment and what stands between its parts. */
    private record Ground(Stack stack, TcpProxy wire, Optional<SmallDisk> disk, List<Fault> faults) {}

    /**
     * @param home directory in which stacks and evidence are
     * @param only names of the faults to do; empty: all that can be done here
     */
    static Chaos open(Path home, List<String> only, Consumer<String> notes) {
        Chaos chaos = new Chaos(home, only, notes);
        chaos.interrupted = Interrupted.ends(chaos::end);
        return chaos;
    }

    private Chaos(Path home, List<String> only, Consumer<String> notes) {
        this.home = home;
        this.only = only;
        this.notes = notes;
    }

    /** What cannot be done on this machine; known after the first run. */
    List<Fault> skipped() {
        return skipped;
    }

    /** Flies a run to its end, or tells where it was when its time was up. */
    ChaosResult fly(ChaosOptions options) throws Exception {
        if (ground.isPresent()) {
            sweep(ground.get());
        }
        if (ground.isEmpty()) {
            ground = Optional.of(prepareInTheEnd());
        }
        Ground now = ground.get();
        ChaosRun run = new ChaosRun(now.stack(), options, now.faults());
        Bounded<ChaosResult> bounded = new Bounded<>(run.patience(), GRACE);
        flying = Optional.of(bounded);
        ChaosResult result = bounded.await(run::fly, late(run, now.stack()));
        flying = Optional.empty();
        if (ending) {
            throw Failure.failed("interrupted");
        }
        if (!result.isWhole()) {
            keep(result);
        }
        return result;
    }

    private static Late<ChaosResult> late(ChaosRun run, Stack stack) {
        return new Late<>() {
            private String state = "";

            @Override
            public void rescue() {
                state = state(stack);
                Set<String> processes = stack.describe().processes().keySet();
                // What each Java process is at goes into its log, which is kept.
                processes.stream()
                        .filter(name -> !name.equals("postgres") && stack.isRunning(name))
                        .forEach(name -> stack.signalProcess(name, "QUIT"));
                Pause.sleep(Duration.ofSeconds(1));
                processes.stream().filter(stack::isRunning).forEach(stack::killProcess);
            }

            @Override
            public ChaosResult end() {
                return run.lost(state);
            }
        };
    }

    /** How every component is, in one line. */
    private static String state(Stack stack) {
        try {
            return CompletableFuture.supplyAsync(stack::status).get(LOOK.toSeconds(), TimeUnit.SECONDS).stream()
                    .map(each -> each.name() + " " + each.health().toString().toLowerCase(Locale.ROOT)
                            + (each.detail().isEmpty() ? "" : " (" + each.detail() + ")"))
                    .collect(Collectors.joining(", "));
        } catch (ExecutionException | TimeoutException e) {
            return "the stack does not tell how it is: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    /** Somebody interrupts the command. */
    private void end() throws IOException {
        ending = true;
        flying.ifPresent(Bounded::interrupt);
        clear();
    }

    /** Makes room for the next run. Where that does not help, it gets a new stack. */
    private void sweep(Ground old) throws IOException {
        if (hasRoom(old)) {
            return;
        }
        notes.accept("the stack is used up; the next run gets a new one");
        ground = Optional.empty();
        old.wire().close();
        clear();
    }

    /** A server may keep the WAL of many runs until its next checkpoint. */
    private static boolean hasRoom(Ground old) throws IOException {
        try (Connection connection = old.stack().administrator().orElseThrow().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException noServer) {
            return false;
        }
        return old.disk().isEmpty() || !old.disk().get().isScarce();
    }

    /** A loaded machine may start a stack too late once. */
    private Ground prepareInTheEnd() throws IOException {
        try {
            return prepare();
        } catch (Failure once) {
            if (once.exitCode() != ExitCode.FAILED || ending) {
                throw once;
            }
            notes.accept("the stack did not start, and is started once more: " + once.getMessage());
            return prepare();
        }
    }

    private Ground prepare() throws IOException {
        clear();
        Path state = state();
        Files.createDirectories(state);
        Optional<SmallDisk> disk = SmallDisk.mount(state);
        Optional<FalseClock> clock = FalseClock.install(state);
        FalseNames names = FalseNames.install(state);
        TcpProxy wire = TcpProxy.open();
        Stack stack = Wired.start(StackOptions.in(state), wire, names);
        Means means = new Means(Optional.of(wire), Optional.of(names), disk, clock);
        return new Ground(stack, wire, disk, choose(Faults.of(stack, means, new Pause(PATIENCE))));
    }

    private List<Fault> choose(List<Fault> all) {
        List<String> names = all.stream().map(Fault::name).toList();
        only.stream().filter(name -> !names.contains(name)).findFirst().ifPresent(unknown -> {
            throw Failure.usage("no such fault: " + unknown + "; there is " + String.join(", ", names));
        });
        List<Fault> wanted = all.stream()
                .filter(fault -> only.isEmpty() || only.contains(fault.name()))
                .toList();
        skipped = wanted.stream().filter(fault -> fault.obstacle().isPresent()).toList();
        skipped.forEach(fault ->
                notes.accept("SKIPPED " + fault.name() + ": " + fault.obstacle().orElseThrow()));
        return wanted.stream().filter(fault -> fault.obstacle().isEmpty()).toList();
    }

    /** Logs, what Godwit keeps of the run, and the data of all servers, as they were left. */
    private void keep(ChaosResult result) throws IOException {
        Ground now = ground.orElseThrow();
        ground = Optional.empty();
        Path place = home.resolve("chaos-evidence").resolve("seed-" + result.seed() + "-" + System.currentTimeMillis());
        Files.createDirectories(place);
        Files.writeString(place.resolve("result.json"), result.json().toPrettyString());
        now.stack().stop(StackListener.SILENT);
        copy(now.stack().directory(), place);
        now.wire().close();
        clear();
        notes.accept("evidence of seed " + result.seed() + " is in " + place);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.collect(Collectors.toList())) {
                Path copy = to.resolve(from.relativize(each));
                if (Files.isDirectory(each, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectories(copy);
                } else if (Files.isRegularFile(each, java.nio.file.LinkOption.NOFOLLOW_LINKS)
                        && !each.getFileName().toString().equals(ServerFaults.BALLAST)) {
                    Files.copy(each, copy);
                }
            }
        }
    }

    private Path state() {
        return home.resolve("chaos");
    }

    /** Whatever stack is there, of this command or of one that was killed. An interrupted command comes here from two sides. */
    private synchronized void clear() throws IOException {
        Stack.at(state()).stop(StackListener.SILENT);
        SmallDisk.unmountLeftOver(state());
        Stack.at(state()).purge(StackListener.SILENT);
    }

    @Override
    public void close() throws IOException {
        if (ground.isPresent()) {
            ground.get().wire().close();
        }
        clear();
        interrupted.close();
    }
}
