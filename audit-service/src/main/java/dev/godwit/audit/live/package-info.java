/**
 * Server-sent events: what changes while somebody watches. May depend on run, config, api.
 */
@CheckReturnValue
package dev.godwit.audit.live;

import com.google.errorprone.annotations.CheckReturnValue;
