package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import dev.godwit.cli.Versions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The embedded PostgreSQL server. Durable: fsync and synchronous commit are on. */
final class PostgresServer {
    private static final Map<String, String> PARAMETERS = Map.ofEntries(
            Map.entry("listen_addresses", Ports.LOOPBACK),
            // No socket file: nothing outside of the state directory, and no clash with another server's.
            Map.entry("unix_socket_directories", ""),
            Map.entry("wal_level", "logical"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_connections", "200"),
            Map.entry("shared_buffers", "256MB"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("log_line_prefix", "%m [%p] %q%u@%d "));

    private static final int ORIGINS_APART_FROM_SLOTS = 18;
    private static final int SLOTS = 20;

    private final StateDirectory state;
    private final Settings settings;
    private final Path data;
    private final Unprivileged unprivileged;
    private final Path programs;

    PostgresServer(StateDirectory state, Settings settings) {
        this.state = state;
        this.settings = settings;
        this.data = state.data("postgres");
        this.unprivileged = Unprivileged.choose(data);
        this.programs = PostgresBinaries.unpacked(unprivileged.programs(Cache.directory()))
                .resolve("bin");
    }

    Launch launch() {
        List<String> command = new ArrayList<>(unprivileged.prefix());
        command.addAll(List.of(
                programs.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(settings.ports().postgres())));
        Map<String, String> parameters = new TreeMap<>(PARAMETERS);
        parameters.putAll(slotsAndOrigins());
        parameters.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return new Launch(Component.POSTGRES, command, Map.of(), state.log(Component.POSTGRES), "");
    }

    /** Before PostgreSQL 18, origins in use are counted among the slots. */
    private static Map<String, String> slotsAndOrigins() {
        int major = Integer.parseInt(Versions.of("postgresql").replaceFirst("\\..*", ""));
        return major >= ORIGINS_APART_FROM_SLOTS
                ? Map.of(
                        "max_replication_slots",
                        Integer.toString(SLOTS),
                        "max_active_replication_origins",
                        Integer.toString(DatabaseRoles.ORIGINS))
                : Map.of("max_replication_slots", Integer.toString(SLOTS + DatabaseRoles.ORIGINS));
    }

    /** Makes the data directory ready for a start: creates it, or clears away what a killed server left behind. */
    void prepare() {
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise();
        } else {
            clearRemains();
        }
    }

    /**
     * True when our server answers.
     *
     * @throws Failure when another server answers on its port
     */
    boolean answers() {
        try (Connection connection = settings.superuser().connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW data_directory")) {
            result.next();
            Path theirs = Path.of(result.getString(1));
            if (!sameDirectory(theirs)) {
                throw foreign("its data directory is " + theirs);
            }
            return true;
        } catch (SQLException e) {
            if ("28P01".equals(e.getSQLState()) || "28000".equals(e.getSQLState())) {
                throw foreign("it refuses our password");
            }
            return false;
        }
    }

    private boolean sameDirectory(Path theirs) {
        try {
            return Files.isSameFile(theirs, data);
        } catch (IOException elsewhere) {
            return false;
        }
    }

    private Failure foreign(String evidence) {
        int port = settings.ports().postgres();
        return Failure.usage("another PostgreSQL server answers on port " + port + " (" + evidence
                + "); stop it, or choose other ports: godwit up --port-base N");
    }

    /** In two steps, so that an interrupted one leaves no half-made directory that looks like a database. */
    private void initialise() {
        Path next = data.resolveSibling("postgres.initialising");
        Path password = state.configuration("superuser");
        try {
            deleteTree(next);
            Files.createDirectories(next);
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwx------"));
            unprivileged.own(next);
            Files.writeString(password, settings.passwords().get("postgres"));
            Files.setPosixFilePermissions(
                    password, PosixFilePermissions.fromString(unprivileged.uid() < 0 ? "rw-------" : "rw-r--r--"));
            initdb(next, password);
            Files.move(next, data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            password.toFile().delete();
        }
    }

    private void initdb(Path directory, Path password) throws IOException {
        List<String> command = new ArrayList<>(unprivileged.prefix());
        command.addAll(List.of(
                programs.resolve("initdb").toString(),
                "--pgdata=" + directory,
                "--username=postgres",
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                // Part of PostgreSQL itself: the order of text does not depend on the machine's C library.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C"));
        Path log = state.log("initdb");
        try {
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw Failure.failed("initdb failed:\n    " + Processes.tail(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }

    /**
     * After a postmaster was killed its backends may live on for a moment, and its lock file may name a process number that somebody else
     * has by now, at which a new postmaster would refuse to start.
     */
    private void clearRemains() {
        Path lock = data.resolve("postmaster.pid");
        if (!Files.exists(lock)) {
            return;
        }
        lockHolder(lock).ifPresent(pid -> {
            if (worksHere(pid)) {
                Processes.signal(pid, "INT");
            }
        });
        if (!Wait.until(Duration.ofSeconds(30), () -> processesHere().isEmpty())) {
            throw Failure.failed(
                    "processes of an earlier PostgreSQL server still use " + data + ": " + processesHere());
        }
        try {
            Files.deleteIfExists(lock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Long> lockHolder(Path lock) {
        try (Stream<String> lines = Files.lines(lock)) {
            return lines.findFirst().map(String::strip).map(Long::valueOf);
        } catch (IOException | NumberFormatException unreadable) {
            return Optional.empty();
        }
    }

    private List<Long> processesHere() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(this::worksHere)
                .toList();
    }

    /** Every process of a PostgreSQL server has the data directory as its working directory. */
    private boolean worksHere(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"))
                    .equals(data.toRealPath());
        } catch (IOException endedOrNotOurs) {
            return false;
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
