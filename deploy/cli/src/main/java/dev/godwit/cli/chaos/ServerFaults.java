package dev.godwit.cli.chaos;

import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** What becomes of a PostgreSQL server and of its disk. */
final class ServerFaults {
    private static final String POSTGRES = "postgres";
    /** Name of what fills a disk; worth nothing to anybody. */
    static final String BALLAST = "ballast";

    private static final int CHUNK_BYTES = 1 << 20;

    /** Frees the slot of whoever reads it; it takes a moment to notice, during which the slot cannot be dropped. */
    private static final String END_READER = """
            SELECT pg_terminate_backend(active_pid, 5000)
              FROM pg_replication_slots
             WHERE slot_name = 'godwit' AND active
            """;

    private static final String DROP_SLOT =
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'godwit' AND NOT active";

    private static final String SLOT_IS_THERE = "SELECT 1 FROM pg_replication_slots WHERE slot_name = 'godwit'";

    private final Stack stack;
    private final Path data;
    private final Optional<SmallDisk> disk;
    private final Pause pause;

    ServerFaults(Stack stack, Optional<SmallDisk> disk, Pause pause) {
        this.stack = stack;
        this.data = stack.directory().resolve("data").resolve(POSTGRES);
        this.disk = disk;
        this.pause = pause;
    }

    List<Fault> all() {
        Fault full = Fault.of("fill-disk", this::fillDisk, this::freeDisk);
        return List.of(
                Fault.of("stop-postgres", this::stopAtOnce),
                Fault.of("drop-slot", this::dropSlot),
                Fault.of("promote-postgres", this::promote),
                disk.isPresent() ? full : full.without("no file system of its own can be mounted on this machine"));
    }

    /** PostgreSQL's immediate shutdown: the next start recovers. */
    private void stopAtOnce() {
        stack.signalProcess(POSTGRES, "QUIT");
        pause.until(() -> !stack.isRunning(POSTGRES));
    }

    private void dropSlot() throws SQLException {
        DatabaseUrl administrator = stack.administrator().orElseThrow();
        try (Connection connection = administrator.connect();
                Statement statement = connection.createStatement()) {
            pause.until(() -> {
                statement.execute(END_READER);
                statement.execute(DROP_SLOT);
                return !statement.executeQuery(SLOT_IS_THERE).next();
            });
        }
    }

    /** What the server writes between its backup and its end, the standby has from its WAL. */
    private void promote() throws SQLException, IOException {
        Standby standby = new Standby(stack.directory().resolve("standby"));
        try (Connection superuser = stack.administrator().orElseThrow().connect()) {
            standby.backUp(superuser, data);
        }
        stopAtOnce();
        standby.takeOver(data);
    }

    private void fillDisk() throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (var out = Files.newOutputStream(ballast())) {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException full) {
            if (Files.getFileStore(data).getUsableSpace() > CHUNK_BYTES) {
                throw full;
            }
        }
    }

    private void freeDisk() throws IOException {
        Files.deleteIfExists(ballast());
    }

    private Path ballast() {
        return data.resolveSibling(BALLAST);
    }
}
