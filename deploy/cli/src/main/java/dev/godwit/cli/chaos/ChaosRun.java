package dev.godwit.cli.chaos;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.chaos.ChaosResult.Event;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Traffic;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackOptions;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One migration of an application that goes on writing, with blows in between; afterwards everything is held against the application's ledger. An object is for one run.
 *
 * <p>Half of the runs get their last blow after they were told to complete. The machine's own timing is not seeded: a seed repeats what is done and when, not what it meets.
 */
final class ChaosRun {
    static final String HEALED = "healed";

    /** What names of faults begin with that halt a process: they are relieved first. */
    private static final String HALT = "halt-";

    private static final String WHO = "godwit chaos";
    /** For one thing, where the machine is busy with others' work. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private static final Duration PATIENCE_IN_ALL = Duration.ofMinutes(5);
    private static final int HEALINGS = 3;
    private static final List<Integer> RATES = List.of(250, 400, 800, 5000);

    private final Stack stack;
    private final ChaosOptions options;
    private final Map<String, Fault> faults;
    private final SplittableRandom random;
    private final Blows blows;
    private final Subject subject;
    private final RunWatch watch;
    /** Also read by whoever has waited in vain for the run. */
    private final List<Event> events = new CopyOnWriteArrayList<>();

    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private final Stages stages = new Stages();
    private volatile String id = "";
    private volatile String seen = "nothing was heard of the run";
    private volatile long flownNanos = System.nanoTime();

    /** @param faults those that can be done */
    ChaosRun(Stack stack, ChaosOptions options, List<Fault> faults) {
        this.stack = stack;
        this.options = options;
        this.faults = faults.stream().collect(Collectors.toMap(Fault::name, Function.identity()));
        this.random = new SplittableRandom(options.seed());
        this.blows = new Blows(random.split(), this.faults.keySet());
        this.subject = new Subject(stack);
        this.watch = new RunWatch(subject.migration(), run -> seen = told(run), trouble -> {});
    }

    /** Does it all. What does not hold stands in the result; so does what could not go on. */
    ChaosResult fly() {
        try {
            stages.enter("the application's tables and the start of the run");
            Run run = begin();
            id = run.id();
            fly(run);
        } catch (InterruptedException late) {
            Thread.currentThread().interrupt();
            check("everything came back", Optional.of(late.toString()));
        } catch (SQLException | IOException | RuntimeException inTheWay) {
            check("everything came back", Optional.of(inTheWay + ", while waiting for " + stages.now()));
        }
        return result();
    }

    private void fly(Run run) throws SQLException, IOException, InterruptedException {
        try (Traffic traffic = Traffic.start(
                subject.database()::connect, subject.application(), options.writesPerSecond(), random.nextLong())) {
            flownNanos = System.nanoTime();
            Run landed = land(run, traffic);
            stages.enter("the application's last writes");
            traffic.stop();
            check("the application went on", traffic.failure().map(Exception::toString));
            checks.add(Subject.landed(landed));
            if (landed.isSettled()) {
                stages.enter("the trail, and all that is held against it");
                checks.addAll(subject.look(landed, PATIENCE));
            }
        }
    }

    /** How long {@link #fly} may take, however often it waits. */
    Duration patience() {
        return PATIENCE_IN_ALL.plus(options.duration().orElse(Duration.ZERO));
    }

    /** Of a run that did not come to its end: what is known of it. */
    ChaosResult lost(String state) {
        check(
                "it came to an end within " + patience().toSeconds() + " s",
                Optional.of("it waited for " + stages.now() + "; " + seen + "; " + state));
        return result();
    }

    private ChaosResult result() {
        return new ChaosResult(
                options.seed(),
                id,
                stages.seconds(),
                List.copyOf(events),
                subject.application().writes(),
                List.copyOf(checks));
    }

    private Run begin() throws IOException, SQLException {
        return subject.begin(options.rows(), request -> request.withPace("full")
                .withMaxRate(RATES.get(random.nextInt(RATES.size())))
                .withCommandId(new UUID(random.nextLong(), System.nanoTime()).toString()));
    }

    private Run land(Run run, Traffic traffic) throws InterruptedException {
        boolean lastWhileCompleting = random.nextBoolean();
        int early = options.blows() - (lastWhileCompleting ? 1 : 0);
        long end = flownNanos + options.duration().map(Duration::toNanos).orElse(0L);
        for (int i = 0; options.duration().isPresent() ? System.nanoTime() < end : i < early; i++) {
            strike();
        }
        stages.enter("the backfill");
        until(run, now -> now.state().equals("following") || now.isSettled());
        traffic.retireOldCode();
        stages.enter("a service that takes the command to complete");
        persist(() -> subject.migration().command(run.id(), "complete", WHO, Optional.empty()));
        if (lastWhileCompleting) {
            strike();
        }
        stages.enter("the end of the run");
        return until(run, now -> now.isSettled());
    }

    private void strike() {
        Blow blow = blows.next();
        stages.enter("the blow " + blow.faults());
        Pause.sleep(Duration.ofMillis(blow.quietMillis()));
        for (String name : blow.faults()) {
            event(name, faults.get(name).harm());
            Pause.sleep(Duration.ofMillis(blow.gapMillis()));
        }
        Pause.sleep(Duration.ofMillis(blow.holdMillis()));
        heal(blow);
    }

    /** What was halted goes on before anything is started, since a start waits until everything answers. */
    private void heal(Blow blow) {
        stages.enter("the healing of " + blow.faults());
        Stream.of(true, false)
                .flatMap(halt -> blow.faults().stream().filter(name -> name.startsWith(HALT) == halt))
                .forEach(name -> event(name + " relieved", faults.get(name).relief()));
        for (int i = 1; ; i++) {
            try {
                Stack.start(StackOptions.in(stack.directory()));
                break;
            } catch (Failure notYet) {
                events.add(new Event(secondsSince(flownNanos), "start", String.valueOf(notYet.getMessage())));
                if (i == HEALINGS || Thread.currentThread().isInterrupted()) {
                    throw notYet;
                }
            }
        }
        events.removeIf(
                event -> event.what().endsWith(" relieved") && event.came().isEmpty());
        events.add(new Event(secondsSince(flownNanos), HEALED, ""));
    }

    private void event(String what, Fault.Act act) {
        double second = secondsSince(flownNanos);
        try {
            act.run();
            events.add(new Event(second, what, ""));
        } catch (Exception inVain) {
            // What is down already cannot be broken once more.
            events.add(new Event(second, what, "came to nothing: " + inVain.getMessage()));
        }
    }

    private Run until(Run run, Predicate<Run> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        return watch.until(run.id(), now -> condition.test(now) || System.nanoTime() > deadline);
    }

    /** A command that finds nobody is given again. */
    private static void persist(Runnable command) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                command.run();
                return;
            } catch (Failure failure) {
                if (failure.exitCode() != ExitCode.FAILED || System.nanoTime() > deadline) {
                    throw failure;
                }
                Pause.sleep(Duration.ofMillis(300));
            }
        }
    }

    private static String told(Run run) {
        return "run " + run.id() + " is " + run.state()
                + (run.reason().isEmpty() ? "" : " (" + run.reason() + ")") + " "
                + run.json().path("throttle") + " " + run.json().path("progress");
    }

    private void check(String claim, Optional<String> difference) {
        checks.add(new Check(claim, "", difference.stream().toList()));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
