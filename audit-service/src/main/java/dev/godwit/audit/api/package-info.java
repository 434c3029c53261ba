/**
 * What all REST resources share: problem documents and the checks of parameters. Depends on nothing else here.
 */
@CheckReturnValue
package dev.godwit.audit.api;

import com.google.errorprone.annotations.CheckReturnValue;
