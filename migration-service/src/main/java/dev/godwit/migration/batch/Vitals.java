package dev.godwit.migration.batch;

import dev.godwit.migration.definition.BuiltInMeasure;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How an operation's entities are, at any time and without a run: a bounded number of rows is read, at random where there are more.
 *
 * <p>Transaction: joins the caller's, which should not be able to write. Failure semantics: what PostgreSQL refuses fails, and the caller's transaction with it.
 */
public interface Vitals {

    /** What is measured of every operation of this kind, in this order. */
    List<Vital> vitals();

    /** Entities and the keys they should have, so that queries of a definition can read them. Not asked again for each query. */
    Uni<Entities> entities(SqlConnection connection, int max);

    /** Something to measure. */
    interface Vital {

        BuiltInMeasure measure();

        /** Name among the measures of the migration. */
        String name();

        /**
         * Reads what it takes.
         *
         * @param max rows to read at most
         */
        Uni<Reading> read(SqlConnection connection, int max);
    }

    /**
     * A number, and what it rests on.
     *
     * @param value empty when there is nothing to measure
     * @param read how many rows were read
     * @param of how many rows there are, as the planner believes; empty when all were read
     */
    record Reading(OptionalDouble value, long read, Optional<Long> of) {}

    /**
     * Entities as they were read.
     *
     * @param sql what a query reads instead of them, with {@code keys} and {@code newKeys} as its first and second parameter
     * @param of how many there are, as the planner believes; empty when these are all
     */
    record Entities(String sql, List<String> keys, List<String> newKeys, Optional<Long> of) {}
}
