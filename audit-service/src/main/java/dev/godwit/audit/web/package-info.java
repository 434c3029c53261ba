/**
 * The pages that people look at, rendered on the server. May depend on api, run, report, trail, trace, integrity, health, migration, config.
 */
@CheckReturnValue
package dev.godwit.audit.web;

import com.google.errorprone.annotations.CheckReturnValue;
