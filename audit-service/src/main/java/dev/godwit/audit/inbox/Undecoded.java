package dev.godwit.audit.inbox;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A message that could not be read, and why. */
record Undecoded(ConsumerRecord<byte[], byte[]> message, String reason) {}
