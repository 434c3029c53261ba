/**
 * What a run did, as JSON and CSV. May depend on trail, run, api.
 */
@CheckReturnValue
package dev.godwit.audit.report;

import com.google.errorprone.annotations.CheckReturnValue;
