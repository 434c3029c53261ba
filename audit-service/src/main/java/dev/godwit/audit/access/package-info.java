/**
 * Who asks, and what they may do: static tokens, OIDC, three roles, and the login of the dashboard.
 *
 * <p>Depends on nothing else here. What each role may do stands in application.properties, but for what only an admin may, which is said at the endpoint.
 */
@CheckReturnValue
package dev.godwit.audit.access;

import com.google.errorprone.annotations.CheckReturnValue;
