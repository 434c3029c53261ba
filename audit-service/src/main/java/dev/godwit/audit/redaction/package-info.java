/**
 * Keys taken out of the trail on request. May depend on api.
 */
@CheckReturnValue
package dev.godwit.audit.redaction;

import com.google.errorprone.annotations.CheckReturnValue;
