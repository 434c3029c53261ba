/**
 * What arrives from Kafka: envelopes are checked, poison goes to the dead letters, the rest is stored and only then acknowledged. May depend on trail, run, health, config.
 */
@CheckReturnValue
package dev.godwit.audit.inbox;

import com.google.errorprone.annotations.CheckReturnValue;
