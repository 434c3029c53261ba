/**
 * Who asks, and what they may do: static tokens, OIDC, three roles.
 *
 * <p>May depend on request. What each role may do stands in application.properties, but for what only an admin may, which is said at the endpoint.
 */
@CheckReturnValue
package dev.godwit.migration.access;

import com.google.errorprone.annotations.CheckReturnValue;
