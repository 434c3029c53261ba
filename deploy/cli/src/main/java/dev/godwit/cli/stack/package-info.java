/**
 * The local stack: PostgreSQL, Kafka, Kafka Connect with Debezium and the two services, each a process of its own on loopback, with all
 * state in one directory. {@link dev.godwit.cli.stack.Stack} is the entry point for the command line, the demo, benchmarks and tests alike.
 * May depend on {@code dev.godwit.cli}, {@code dev.godwit.cli.audit} and {@code dev.godwit.cli.measure} alone.
 */
package dev.godwit.cli.stack;
