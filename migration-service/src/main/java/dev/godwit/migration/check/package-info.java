/**
 * Definitions read and told without a database, a broker or a server: a program of its own beside the service, so that a command line tells the very words that the
 * service would. May depend on {@code definition} alone.
 */
@CheckReturnValue
package dev.godwit.migration.check;

import com.google.errorprone.annotations.CheckReturnValue;
