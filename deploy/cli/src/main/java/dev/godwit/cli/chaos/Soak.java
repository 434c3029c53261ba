package dev.godwit.cli.chaos;

import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunWatch;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Traffic;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.Stack;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A run that follows an application for a long time, looked at again and again, and in the end held against the application's ledger. */
final class Soak {

    /** @param every how often it is looked at */
    record Options(Duration lasting, Duration every, int rows, int writesPerSecond, long seed) {}

    private static final String WHO = "godwit soak";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** How often all garbage is collected: seldom enough that everything in between is as it is without. */
    private static final int COLLECTIONS = 12;

    private final Stack stack;
    private final Options options;
    private final Subject subject;
    private final RunWatch watch;
    private final Consumer<String> progress;

    Soak(Stack stack, Options options, Consumer<String> progress) {
        this.stack = stack;
        this.options = options;
        this.subject = new Subject(stack);
        this.watch = RunWatch.silent(subject.migration());
        this.progress = progress;
    }

    SoakResult run() throws Exception {
        Run run = subject.begin(options.rows(), request -> request.withPace("full"));
        try (Traffic traffic = Traffic.start(
                        subject.database()::connect, subject.application(), options.writesPerSecond(), options.seed());
                Connection watching = stack.migrationDatabase().connect()) {
            progress.accept("backfilling");
            requireFollowing(watch.until(run.id(), now -> now.state().equals("following") || now.isSettled()));
            List<SoakSample> samples = follow(run, watching);
            progress.accept("completing");
            traffic.retireOldCode();
            subject.migration().command(run.id(), "complete", WHO, Optional.empty());
            Run landed = watch.untilSettled(run.id());
            traffic.stop();
            List<Check> checks = new ArrayList<>(new SoakVerdict(samples).checks());
            checks.add(new Check(
                    "the application went on",
                    "",
                    traffic.failure().map(Exception::toString).stream().toList()));
            checks.add(Subject.landed(landed));
            checks.addAll(subject.look(landed, PATIENCE));
            return new SoakResult(options, run.id(), subject.application().writes(), samples, checks);
        }
    }

    private List<SoakSample> follow(Run run, Connection watching) throws Exception {
        List<SoakSample> samples = new ArrayList<>();
        long collectingEvery = Math.max(1, options.lasting().dividedBy(options.every()) / COLLECTIONS);
        long begun = System.nanoTime();
        for (long due = 0;
                due <= options.lasting().toNanos();
                due += options.every().toNanos()) {
            Pause.sleep(Duration.ofNanos(Math.max(0, begun + due - System.nanoTime())));
            Run now = subject.migration().run(run.id());
            requireFollowing(now);
            boolean collecting = samples.size() % collectingEvery == 0;
            SoakSample sample =
                    SoakSample.take((System.nanoTime() - begun) / 1e9, collecting, stack.describe(), watching, now);
            samples.add(sample);
            progress.accept(SoakResult.line(sample));
        }
        return samples;
    }

    private static void requireFollowing(Run run) {
        if (!run.state().equals("following")) {
            throw Failure.failed("run " + run.id() + " is " + run.state() + ": " + run.reason());
        }
    }
}
