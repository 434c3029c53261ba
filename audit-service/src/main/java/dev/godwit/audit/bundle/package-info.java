/**
 * A run's trail as one signed file that can be proved without the service. May depend on report, trail, integrity, run, api.
 */
@CheckReturnValue
package dev.godwit.audit.bundle;

import com.google.errorprone.annotations.CheckReturnValue;
