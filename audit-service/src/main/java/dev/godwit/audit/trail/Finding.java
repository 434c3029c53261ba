package dev.godwit.audit.trail;

/**
 * A place where a chain does not hold.
 *
 * @param kind {@code missing} (the event before it is not here), {@code broken-hash} (an event's content does not have the hash it claims),
 *     {@code broken-link} (it does not follow the event before it), {@code altered-leaf} (an outcome is not what was hashed), {@code fork} (another event
 *     claimed the same place), {@code altered-copy} (a known event came again with another hash)
 */
public record Finding(String stream, long sequence, String kind) {}
