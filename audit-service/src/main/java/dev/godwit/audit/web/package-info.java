/**
 * The pages that people look at, rendered on the server. May depend on run, report, trail, health, config.
 */
@CheckReturnValue
package dev.godwit.audit.web;

import com.google.errorprone.annotations.CheckReturnValue;
