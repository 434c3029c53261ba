/**
 * The story of one entity across its ids. May depend on api.
 */
@CheckReturnValue
package dev.godwit.audit.trace;

import com.google.errorprone.annotations.CheckReturnValue;
