/**
 * The benchmark: Godwit through all of Kafka and Debezium against the fastest hand-written SQL and against the naive script, interleaved, on one database.
 *
 * <p>May depend on {@code dev.godwit.cli.stack}, {@code dev.godwit.cli.client}, {@code dev.godwit.cli.measure}, {@code dev.godwit.cli.audit} and on the UUIDs of {@code dev.godwit.cli.demo}.
 */
package dev.godwit.cli.bench;
