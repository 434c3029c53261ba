package dev.godwit.migration.pace;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** How fast runs may go, and what makes them give way. SQL of operators stands here alone: no command can bring any. */
@ConfigMapping(prefix = "godwit.pace")
public interface PaceConfig {

    /** Level of runs that commit and ask for none: gentle, normal or full. */
    @WithDefault("normal")
    PaceLevel level();

    /** Transaction time that batches aim at below level full; at level full it is {@code godwit.batch.target}. */
    @WithDefault("20ms")
    Duration transactionTime();

    /**
     * Processors of the server that is written to, which it tells nobody: what levels allow is a share of all of them. Two, where nothing is said, is safe anywhere, and slow
     * where there are more.
     */
    @WithDefault("2")
    @Min(1)
    @Max(10_000)
    int processors();

    /** Share of the time of the server's processors that batches of gentle runs take at most, all instances together. */
    @WithDefault("0.004")
    @DecimalMin("0.0001")
    @DecimalMax("1")
    double gentleShare();

    /** Share of the time of the server's processors that batches of normal runs take at most, all instances together. */
    @WithDefault("0.01")
    @DecimalMin("0.0001")
    @DecimalMax("1")
    double normalShare();

    /** How often the signals are read and the pace is decided while a run is at work. */
    @WithDefault("1s")
    Duration every();

    /** Longest query for a signal; one that takes longer is not known. */
    @WithDefault("1s")
    Duration statementTimeout();

    /** Milliseconds that a commit and a read of our own take. */
    Limits probeLatency();

    /** Sessions of others that wait for a lock of ours. */
    Limits waitingSessions();

    /** Sessions of others that wait for WAL to be written or flushed. */
    Limits walWaits();

    /** Seconds that the slowest standby is behind. */
    Limits replicationLag();

    /** MiB of WAL that the slowest standby has not replayed. */
    Limits replicationBacklog();

    /** MiB of WAL that our slot, or the slowest one in use, has not confirmed. */
    Limits slotBacklog();

    /** Share of {@code max_slot_wal_keep_size} that the worst slot has used. */
    Limits slotRoom();

    /** Segments of WAL that wait for the archive. */
    Limits archiveBacklog();

    /** Share of their disk that databases and WAL of the server take. */
    Disk disk();

    /** Vacuum of a table of the run: 1, or 2 when it prevents wraparound, which stops runs whatever is said here. */
    Limits vacuum();

    /** Further signals, by name: queries of one number. */
    Map<String, OperatorSignal> sql();

    /** Limits of a built-in signal; the documented ones hold where nothing is said. */
    interface Limits {

        /** Whether it is looked at. */
        @WithDefault("true")
        boolean enabled();

        /** From here on runs give way. */
        Optional<Double> soft();

        /** From here on runs stop. */
        Optional<Double> hard();
    }

    /** Limits of what a disk holds. */
    interface Disk extends Limits {

        /** Size, in GiB, of the disk that databases and WAL share; not looked at where it is not said. */
        Optional<@DecimalMin("0.001") Double> gib();
    }

    /** A signal of the operator's. */
    interface OperatorSignal {

        /** A query of one row with one number, executed in a transaction that cannot write. */
        String query();

        /** What the number counts. */
        Optional<String> unit();

        /** From here on runs give way. */
        double soft();

        /** From here on runs stop. */
        double hard();
    }
}
