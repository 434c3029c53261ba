/**
 * What all REST resources share: problem documents and the checks of parameters. May depend on access, config.
 */
@CheckReturnValue
package dev.godwit.audit.api;

import com.google.errorprone.annotations.CheckReturnValue;
