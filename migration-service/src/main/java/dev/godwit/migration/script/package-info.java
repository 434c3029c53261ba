/**
 * SQL scripts of schema migrations as text: split into statements, told apart by what they need, judged by what they do to an application. Plain Java; PostgreSQL itself
 * judges the rest.
 *
 * <p>May depend on nothing else of Godwit.
 */
@CheckReturnValue
package dev.godwit.migration.script;

import com.google.errorprone.annotations.CheckReturnValue;
