package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.measure.CpuSeries;
import dev.godwit.cli.measure.ProcessStat;
import dev.godwit.cli.stack.StackDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches what the sessions of the PostgreSQL server and the processes of the stack use of the processors: who they are by {@code pg_stat_activity}, what they used by
 * {@code /proc}, twenty times a second. Of a session that ends in between, what it used since the last look is lost.
 */
final class CpuWatch implements AutoCloseable {

    /** Name that the sessions of a contestant written by hand go by. */
    static final String BY_HAND = "godwit bench by hand";

    /** Groups: the sessions that do the work of one contestant or the other. */
    static final String FLOOR = "floor";

    static final String GODWIT = "godwit";

    private static final Duration INTERVAL = Duration.ofMillis(50);

    private static final String SESSIONS = """
            SELECT pid, application_name, backend_type
              FROM pg_stat_activity
             WHERE pid <> pg_backend_pid()
            """;

    private static final String OWN_PROCESS = "SELECT pg_backend_pid(), inet_client_port()";

    private final Connection connection;
    private final boolean possible;
    private final Map<Long, String> processes = new TreeMap<>();
    private final CpuSeries series = new CpuSeries();
    private final AtomicReference<SQLException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopping;

    private CpuWatch(Connection connection, boolean possible, Map<String, StackDescription.ProcessInfo> stack) {
        this.connection = connection;
        this.possible = possible;
        stack.forEach((name, process) -> {
            if (!name.equals("postgres")) {
                // Instances of one service go together.
                processes.put(process.pid(), name.replaceFirst("-[0-9]+$", ""));
            }
        });
        this.thread = new Thread(this::watch, "cpu-watch");
        thread.setDaemon(true);
    }

    /**
     * Begins to watch, where that is possible: the server runs on this machine and {@code /proc} tells of its processes.
     *
     * @param connection of its own, in auto-commit mode, of a role that may see everybody's sessions; stays the caller's to close
     */
    static CpuWatch over(Connection connection, StackDescription stack) throws SQLException {
        CpuWatch watch = new CpuWatch(connection, isHere(connection), stack.processes());
        if (watch.possible) {
            watch.thread.start();
        }
        return watch;
    }

    /** A process of that number may run here too when the server is elsewhere; but it does not have our port in its title. */
    private static boolean isHere(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OWN_PROCESS);
                ResultSet own = statement.executeQuery()) {
            own.next();
            Path title = Path.of("/proc", own.getString(1), "cmdline");
            return Files.readString(title).contains("(" + own.getString(2) + ")");
        } catch (IOException notHere) {
            return false;
        }
    }

    private void watch() {
        try {
            while (!stopping) {
                look();
                LockSupport.parkNanos(INTERVAL.toNanos());
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }

    /** Has the work of this connection's session counted as the floor's. */
    static void name(Connection floor) throws SQLException {
        floor.setClientInfo("ApplicationName", BY_HAND);
    }

    /** The moment, at which it takes a look, so that a difference between two such moments has nothing in it of before or after. */
    Instant mark() throws SQLException {
        return possible ? Instant.ofEpochMilli(look()) : Instant.now();
    }

    private synchronized long look() throws SQLException {
        List<CpuSeries.Seen> seen = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SESSIONS);
                ResultSet found = statement.executeQuery()) {
            while (found.next()) {
                see(found.getLong("pid"), group(found.getString("application_name"), found.getString("backend_type")))
                        .ifPresent(seen::add);
            }
        }
        processes.forEach((pid, name) -> see(pid, name).ifPresent(seen::add));
        long now = System.currentTimeMillis();
        series.add(now, seen);
        return now;
    }

    private static Optional<CpuSeries.Seen> see(long pid, String group) {
        return ProcessStat.of(pid).map(stat -> new CpuSeries.Seen(pid + " " + stat.birth(), group, stat.cpuSeconds()));
    }

    /** Parallel workers go by the name of the session that they work for. */
    static String group(String application, String backend) {
        String name = application == null ? "" : application;
        if (backend == null || backend.equals("walsender")) {
            return "server: walsender";
        }
        return switch (name) {
            case BY_HAND -> FLOOR;
            case "godwit", "godwit-service" -> GODWIT;
            case "godwit-audit" -> "server: sessions of audit-service";
            default ->
                backend.equals("client backend") || backend.equals("parallel worker")
                        ? "server: other sessions"
                        : "server: processes of its own";
        };
    }

    /**
     * What both contestants used per entity; empty where it cannot be measured.
     *
     * @throws Failure when the server could not be asked meanwhile
     */
    Optional<CpuUse> use(CpuUse.Span floor, CpuUse.Span godwit, int entities) {
        if (failure.get() != null) {
            throw Failure.failed(
                    "sessions could not be watched: " + failure.get().getMessage(), failure.get());
        }
        return possible ? Optional.of(CpuUse.of(between(floor), between(godwit), entities)) : Optional.empty();
    }

    private synchronized Map<String, Double> between(CpuUse.Span span) {
        Map<String, Double> used = new TreeMap<>();
        series.groups()
                .forEach(group -> used.put(
                        group,
                        series.between(
                                group, span.from().toEpochMilli(), span.to().toEpochMilli())));
        return used;
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
