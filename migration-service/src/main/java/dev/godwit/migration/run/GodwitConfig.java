package dev.godwit.migration.run;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Settings of the worker. Every one has a safe default but those that say where the database is. */
@ConfigMapping(prefix = "godwit")
public interface GodwitConfig {

    /** Name of this instance in logs; must differ between instances. */
    @WithDefault("migration-service")
    String instance();

    /** The application's database, which holds schema {@code godwit} too. */
    Database database();

    /** Further databases, by name, that imports read. */
    Map<String, Source> sources();

    /** How changes are captured. */
    Capture capture();

    /** How changes are followed. */
    Tail tail();

    /** How batches are made. */
    Batch batch();

    /** How runs are driven on. */
    Driver driver();

    /** Chunks worked on at the same time by this instance. */
    @WithDefault("2")
    @Min(1)
    int workers();

    /** Where a database is. */
    interface Database {
        /** Host name or address. */
        @WithDefault("127.0.0.1")
        String host();

        /** TCP port. */
        @WithDefault("5432")
        int port();

        /** Database name. */
        @WithDefault("app")
        String name();

        /** Role; see {@code godwit doctor} for what it needs. */
        @WithDefault("godwit")
        String user();

        /** Password of the role. */
        @WithDefault("")
        String password();

        /** {@code disable}: sessions are not encrypted. {@code verify-full}: they are, with a server that has the right name and a certificate of a trusted authority. */
        @WithDefault("disable")
        @Pattern(regexp = "disable|verify-full")
        String sslMode();

        /** Certificates of the trusted authorities, as PEM; those of the Java platform when nothing is said. */
        Optional<Path> caFile();
    }

    /** A database that imports read. */
    interface Source extends Database {
        /** Name of Debezium's replication slot there, and of the publication; {@code godwit_} and the source's name when nothing is said. */
        Optional<String> slot();
    }

    /** How changes are captured. */
    interface Capture {
        /** Name of Debezium's replication slot. */
        @WithDefault("godwit")
        String slot();

        /** Largest number of keys of a paused run that are parked; beyond it the run is re-scanned when it resumes. */
        @WithDefault("1000000")
        long parkedKeysMax();
    }

    /** How changes are followed. */
    interface Tail {
        /**
         * How long changes that come one by one are gathered before they are applied together, in milliseconds. What the application writes is migrated that much later at
         * most, and its transactions are shared by whatever comes in that time. Not zero: without a wait the broker would be asked again at once.
         */
        @WithDefault("250")
        @Min(10)
        @Max(10_000)
        int lingerMillis();
    }

    /** How runs are driven on. */
    interface Driver {
        /** How often each run in hand is looked at; what it waits for is noticed that late at most. */
        @WithDefault("200ms")
        Duration every();
    }

    /** How batches are made. */
    interface Batch {
        /** Transaction time that the batch size aims at. */
        @WithDefault("60ms")
        Duration target();

        /** Largest number of entities in a batch, which is also the largest number of outcomes in an event. */
        @WithDefault("1000")
        @Min(1)
        @Max(1000)
        int entitiesMax();

        /** How long a chunk message is worked on before the remainder is put back into the queue. */
        @WithDefault("20s")
        Duration messageTime();

        /** Longest wait of a batch for a row or table lock; the whole batch is retried after it. */
        @WithDefault("200ms")
        Duration lockTimeout();

        /** A stopped worker holds the application's rows for at most this long. */
        @WithDefault("2s")
        Duration idleTimeout();

        /** Longest statement of a batch. */
        @WithDefault("15s")
        Duration statementTimeout();

        /** Longest transaction of a batch, on servers that can limit it (PostgreSQL 17 and later). */
        @WithDefault("20s")
        Duration transactionTimeout();

        /** A worker that reads nothing and acknowledges nothing for so long, because it is stopped or its host is gone, loses its session. */
        @WithDefault("2s")
        Duration networkTimeout();

        /** Connections for batches: chunk workers, tail and requests share them. */
        @WithDefault("8")
        @Min(3)
        int connections();

        /** Blocks of a table in one chunk. */
        @WithDefault("1024")
        @Min(1)
        int chunkBlocks();
    }
}
