package dev.godwit.audit.inbox;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A message with what it says. */
record Decoded<T>(ConsumerRecord<byte[], byte[]> message, T event) {}
