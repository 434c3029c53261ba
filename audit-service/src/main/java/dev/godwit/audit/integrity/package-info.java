/**
 * Proofs that the trail is what came in: chains computed again, piece by piece. May depend on trail, run, inbox, config, api.
 */
@CheckReturnValue
package dev.godwit.audit.integrity;

import com.google.errorprone.annotations.CheckReturnValue;
