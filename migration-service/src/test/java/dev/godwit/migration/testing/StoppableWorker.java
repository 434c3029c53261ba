package dev.godwit.migration.testing;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.RunContexts;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.sql.WorkerSessions;
import dev.godwit.migration.telemetry.Spans;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * A worker in a process of its own that does one batch and hangs in it, so that a test can stop the process. It writes {@code held} once it holds rows, and
 * {@code committed} or {@code failed} and the reason in the end.
 */
public final class StoppableWorker implements AutoCloseable {

    /** In what the worker hangs. */
    public enum Hang {
        /** It owes the server the next statement. */
        IDLE,
        /** It owes the server the reading of a result that is larger than every buffer. */
        READING,
        /** In nothing. */
        NOT
    }

    private static final String LARGE = "SELECT repeat('x', 1000) FROM generate_series(1, 200000)";
    private static final Duration STEP = Duration.ofMinutes(1);

    private final Process process;
    private final BufferedReader output;

    private StoppableWorker(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts the process. */
    public static StoppableWorker start(Engine engine, EngineRun run, String key, Hang hang) throws IOException {
        return start(engine, run, key, hang, "");
    }

    private static StoppableWorker start(Engine engine, EngineRun run, String key, Hang hang, String stores)
            throws IOException {
        return new StoppableWorker(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoppableWorker.class.getName(),
                        Integer.toString(TestPostgres.port()),
                        engine.database(),
                        run.id(),
                        key,
                        hang.name(),
                        stores)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Starts a process that works on one key and does not hang, with the stores of blobs of that directory. */
    public static StoppableWorker copying(Engine engine, EngineRun run, String key, Path stores) throws IOException {
        return start(engine, run, key, Hang.NOT, stores.toString());
    }

    /** What the worker says next of what a test wants to know. */
    public String says() throws IOException {
        String line = output.readLine();
        while (line != null && !line.matches("(held|committed|failed).*")) {
            line = output.readLine();
        }
        return String.valueOf(line);
    }

    /** Sends SIGSTOP: sockets stay open, nothing is read, nothing is written. */
    public void stop() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Sends SIGCONT. */
    public void goOn() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int answer = new ProcessBuilder("kill", name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (answer != 0) {
            throw new IllegalStateException("kill answered " + answer);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The worker itself: port, database, run, key, hang, and the directory of stores or nothing. */
    public static void main(String[] arguments) {
        int port = Integer.parseInt(arguments[0]);
        String database = arguments[1];
        GodwitConfig config = Engine.config(port, database, "postgres", 4);
        Vertx vertx = Vertx.vertx();
        Pool pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(2))
                .connectingTo(new PgConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setDatabase(database)
                        .setUser("postgres")
                        .setPassword("unused"))
                .using(vertx)
                .build();
        RunContext run = new Runs(pool, Spans.off())
                .find(arguments[2])
                .chain(found -> new RunContexts(pool, outside(arguments[5])).of(found.orElseThrow()))
                .await()
                .atMost(STEP);
        Batches batches = new Batches(new WorkerSessions(vertx, config));
        try {
            Ended ended = batch(batches, run, arguments[3], Hang.valueOf(arguments[4]))
                    .await()
                    .atMost(STEP);
            System.out.println(ended instanceof Ended.Committed ? "committed" : "failed " + ended);
        } catch (RuntimeException failure) {
            System.out.println("failed " + PgErrors.describe(failure));
        }
        Runtime.getRuntime().halt(0);
    }

    private static Outside outside(String stores) {
        return stores.isEmpty() ? Outside.nothing() : Outside.with(TestStores.in(Path.of(stores)));
    }

    private static Uni<Ended> batch(Batches batches, RunContext run, String key, Hang hang) {
        Place place = new Place(Lane.TAIL, "tail-0", Optional.empty(), EnumSet.of(RunState.BACKFILLING));
        return batches.run(run, place, opened -> run.on(opened)
                .work(new Selection.Keys(List.of(key)), true)
                .call(() -> hang(opened.connection(), hang))
                .map(Work::of));
    }

    private static Uni<Void> hang(SqlConnection connection, Hang hang) {
        System.out.println("held");
        return switch (hang) {
            case IDLE -> Uni.createFrom().voidItem().onItem().delayIt().by(Duration.ofSeconds(10));
            case NOT -> Uni.createFrom().voidItem();
            case READING -> connection.query(LARGE).execute().replaceWithVoid();
        };
    }
}
