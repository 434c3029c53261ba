/**
 * Brings a legacy system's files within reach of an import: a dump into a schema of its own, an archive of blobs into a directory. Depends on
 * {@code command} and {@code stack} for the database, on {@code terminal} for what people see.
 */
package dev.godwit.cli.stage;
