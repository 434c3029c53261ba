/**
 * What operators can set. Depends on nothing else here.
 */
@CheckReturnValue
package dev.godwit.audit.config;

import com.google.errorprone.annotations.CheckReturnValue;
