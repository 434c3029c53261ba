/**
 * Takes Godwit out of a database: whatever it made there, and what was granted to its roles. Depends on {@code command} and {@code stack} for the database, on {@code terminal}
 * for what people see.
 */
package dev.godwit.cli.uninstall;
