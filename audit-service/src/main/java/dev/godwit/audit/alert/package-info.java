/**
 * Tells others, by webhook, what they should know without looking. May depend on config.
 */
@CheckReturnValue
package dev.godwit.audit.alert;

import com.google.errorprone.annotations.CheckReturnValue;
