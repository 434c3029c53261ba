package dev.godwit.cli.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A PostgreSQL server with an empty database and nothing around it, for tests that need a catalog and no services. */
public final class LonePostgres implements AutoCloseable {
    private final StateDirectory state;
    private final Settings settings;
    private final Processes processes;

    /** @param directory empty; everything that the server writes stays in it */
    public LonePostgres(Path directory) {
        state = new StateDirectory(directory);
        state.create();
        settings = Settings.fresh(new PortLedger().claim(state, 1), directory.toString());
        processes = new Processes(state);
        PostgresServer server = new PostgresServer(state, settings);
        server.prepare();
        processes.spawn(server.launch());
        if (!Wait.until(Duration.ofSeconds(60), server::answers)) {
            throw new IllegalStateException(
                    "PostgreSQL did not start: " + Processes.tail(state.log(Component.POSTGRES)));
        }
    }

    /** Its database, as superuser. */
    public DatabaseUrl url() {
        return settings.superuser();
    }

    @Override
    public void close() {
        Optional<Processes.Recorded> running = processes.running(Component.POSTGRES);
        running.ifPresent(process -> processes.stop(process.name(), "INT", Duration.ofSeconds(30)));
        new PortLedger().release(state);
    }
}
