/**
 * What is known before anything is written: preflight findings, undeclared references and the doctor's checks.
 *
 * <p>Reads only. May depend on {@code definition}, {@code catalog}, {@code operation}, {@code batch} and {@code sql}.
 */
@CheckReturnValue
package dev.godwit.migration.plan;

import com.google.errorprone.annotations.CheckReturnValue;
