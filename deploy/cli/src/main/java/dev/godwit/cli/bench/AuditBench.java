package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.measure.ProcessUse;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Fills the topic while audit-service is down, starts it, and watches how fast the trail grows; if wanted it is killed on the way and started again. */
final class AuditBench {

    /**
     * @param outcomes how many
     * @param perEvent how many of them in an event
     * @param killed whether the service is killed when two fifths are there
     */
    record Options(long outcomes, int perEvent, boolean killed) {}

    /**
     * What was asked for at the end, read to its last byte.
     *
     * @param name as users know it
     */
    record Answer(String name, Duration took, long bytes) {}

    /** The trail at one moment. */
    private record Sample(long nanos, long outcomes) {}

    private static final String SERVICE = "audit-service";
    private static final String SERVER = "postgres";
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String STORED = "SELECT coalesce(sum(outcomes), 0) FROM trail_stream WHERE run = ?";
    private static final String ROWS = "SELECT count(*) FROM trail_outcome WHERE run = ?";

    private final Stack stack;
    private final Options options;
    private final Consumer<String> progress;
    private final String run = "bench-" + UUID.randomUUID().toString().substring(0, 8);

    AuditBench(Stack stack, Options options, Consumer<String> progress) {
        this.stack = stack;
        this.options = options;
        this.progress = progress;
    }

    AuditBenchResult run() throws SQLException {
        StackDescription description = stack.describe();
        stack.killProcess(SERVICE);
        long events;
        long conflicts;
        try (OutcomeLoad load = new OutcomeLoad(description.kafka().bootstrapServers(), run)) {
            progress.accept("filling the topic with " + options.outcomes() + " outcomes");
            load.publish(options.outcomes(), options.perEvent());
            events = load.events();
            conflicts = load.conflicts();
        }
        try (Connection trail =
                DatabaseUrl.parse(description.audit().databaseUrl()).connect()) {
            if (options.killed()) {
                progress.accept("reading two fifths, then killing " + SERVICE);
                watch(trail, options.outcomes() * 2 / 5);
                stack.killProcess(SERVICE);
            }
            progress.accept("reading" + (options.killed() ? " the rest" : ""));
            long server = stack.describe().processes().get(SERVER).pid();
            double serverBefore = ProcessUse.processorSeconds(server);
            long before = stored(trail);
            List<Sample> samples = watch(trail, options.outcomes());
            long service = stack.describe().processes().get(SERVICE).pid();
            double left = Math.max(1, options.outcomes() - before);
            AuditBenchResult.Ingest ingest = new AuditBenchResult.Ingest(
                    rate(samples),
                    slowest(samples),
                    (ProcessUse.processorSeconds(server) - serverBefore) * 1e6 / left,
                    ProcessUse.processorSeconds(service) * 1e6 / left,
                    ProcessUse.memoryPeak(service));
            progress.accept("counting, and computing all chains again");
            requireWhole(trail, conflicts);
            progress.accept("reading its reports");
            List<Answer> reports = reports(AuditClient.of(stack.describe()));
            return new AuditBenchResult(run, options, events, ingest, reports, ProcessUse.memoryPeak(service));
        }
    }

    /** Starts what is down and samples the trail until it has so many outcomes. */
    private List<Sample> watch(Connection trail, long outcomes) throws SQLException {
        CompletableFuture<Void> started =
                CompletableFuture.runAsync(() -> Stack.start(StackOptions.in(stack.directory())));
        List<Sample> samples = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long stored = stored(trail);
        samples.add(new Sample(System.nanoTime(), stored));
        while (stored < outcomes) {
            if (System.nanoTime() > deadline) {
                throw Failure.failed(
                        "only " + stored + " outcomes arrived within " + PATIENCE.toMinutes() + " minutes");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            stored = stored(trail);
            samples.add(new Sample(System.nanoTime(), stored));
        }
        started.join();
        return samples;
    }

    /** From the first outcomes that are seen to the last, without the start of the process. */
    private static double rate(List<Sample> samples) {
        Sample last = samples.get(samples.size() - 1);
        Sample first = first(samples);
        return last.nanos() == first.nanos()
                ? 0
                : (last.outcomes() - first.outcomes()) / ((last.nanos() - first.nanos()) / 1e9);
    }

    private static Sample first(List<Sample> samples) {
        long before = samples.get(0).outcomes();
        return samples.stream()
                .filter(sample -> sample.outcomes() > before)
                .findFirst()
                .orElse(samples.get(0));
    }

    /** The fewest outcomes per second over any five seconds; the whole rate when there are not so many. */
    private static double slowest(List<Sample> samples) {
        long window = Duration.ofSeconds(5).toNanos();
        double slowest = rate(samples);
        int from = samples.indexOf(first(samples));
        for (int to = from; to < samples.size(); to++) {
            while (samples.get(to).nanos() - samples.get(from).nanos() > window) {
                Sample one = samples.get(from);
                Sample other = samples.get(to);
                slowest =
                        Math.min(slowest, (other.outcomes() - one.outcomes()) / ((other.nanos() - one.nanos()) / 1e9));
                from++;
            }
        }
        return slowest;
    }

    private void requireWhole(Connection trail, long conflicts) throws SQLException {
        long rows = count(trail, ROWS);
        AuditClient audit = AuditClient.of(stack.describe());
        JsonNode report = audit.completeReport(run, Duration.ofSeconds(30));
        JsonNode counts = report.path("counts");
        boolean whole = rows == options.outcomes()
                && report.path("complete").asBoolean()
                && counts.path("migrated").asLong() == options.outcomes() - conflicts
                && counts.path("conflict").asLong() == conflicts;
        if (!whole) {
            throw Failure.failed("the trail lost or doubled something: " + rows + " rows of " + options.outcomes()
                    + ", " + counts + ", complete: " + report.path("complete"));
        }
        long found = audit.checkRun(run, piece -> {});
        if (found > 0) {
            throw Failure.failed("the trail's chains do not hold in " + found + " places");
        }
    }

    private List<Answer> reports(AuditClient audit) {
        LineCount lines = new LineCount();
        List<Answer> answers = List.of(
                read("report as CSV", () -> audit.reportCsv(run), lines),
                read("report to print", () -> audit.reportHtml(run), OutputStream.nullOutputStream()),
                read("signed bundle", () -> audit.bundle(run), OutputStream.nullOutputStream()));
        if (lines.count() != options.outcomes() + 1) {
            throw Failure.failed("the report as CSV has " + lines.count() + " lines, and not one for each of "
                    + options.outcomes() + " outcomes and one above them");
        }
        return answers;
    }

    /** Takes what comes as fast as it comes. */
    private static Answer read(String name, Supplier<InputStream> source, OutputStream sink) {
        long began = System.nanoTime();
        try (InputStream answer = source.get()) {
            long bytes = answer.transferTo(sink);
            return new Answer(name, Duration.ofNanos(System.nanoTime() - began), bytes);
        } catch (IOException e) {
            throw Failure.failed("the " + name + " broke off: " + e.getMessage(), e);
        }
    }

    /** Keeps nothing of what is written to it but how many lines it had. */
    private static final class LineCount extends OutputStream {

        private long count;

        long count() {
            return count;
        }

        @Override
        public void write(int each) {
            count += each == '\n' ? 1 : 0;
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            for (int i = from; i < from + length; i++) {
                write(bytes[i]);
            }
        }
    }

    private long stored(Connection trail) throws SQLException {
        return count(trail, STORED);
    }

    private long count(Connection trail, String sql) throws SQLException {
        try (PreparedStatement statement = trail.prepareStatement(sql)) {
            statement.setString(1, run);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
