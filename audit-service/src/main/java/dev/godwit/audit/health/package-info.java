/**
 * How migrations fare, as measures tell it: the newest of each, and how they went. May depend on api, config.
 */
@CheckReturnValue
package dev.godwit.audit.health;

import com.google.errorprone.annotations.CheckReturnValue;
