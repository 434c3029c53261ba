/**
 * Migration definitions: YAML files read, checked as a whole and turned into records; the only place SQL comes from.
 *
 * <p>Plain Java: no Quarkus, no SQL client. May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.definition;

import com.google.errorprone.annotations.CheckReturnValue;
