package dev.godwit.migration.request;

import dev.godwit.migration.run.RunCommand;
import dev.godwit.migration.run.StartCommand;
import dev.godwit.migration.series.SeriesCommand;
import java.util.List;
import java.util.Optional;

/** A command that was read and is well-formed; whether it can be done is for the run to say. */
public sealed interface Command {

    /** Idempotency key. */
    String commandId();

    /** Who asked. */
    String requestedBy();

    /** Starts a plan or a commit. */
    record Start(StartCommand start) implements Command {
        @Override
        public String commandId() {
            return start.commandId();
        }

        @Override
        public String requestedBy() {
            return start.requestedBy();
        }
    }

    /** Starts migrations with what they depend on. */
    record StartSeries(SeriesCommand start) implements Command {
        @Override
        public String commandId() {
            return start.commandId();
        }

        @Override
        public String requestedBy() {
            return start.requestedBy();
        }
    }

    /** Asks a state change of a run. */
    record Change(RunCommand command, String run, String commandId, String requestedBy, Optional<String> reason)
            implements Command {}

    /** Asks that entities are migrated now. */
    record Migrate(String commandId, String migration, List<String> keys, String requestedBy) implements Command {
        public Migrate {
            keys = List.copyOf(keys);
        }
    }
}
