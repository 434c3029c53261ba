/**
 * Reads an Alembic versions directory without running Python, says what is wrong with its graph and compares it with a database. Reads files and a
 * catalog, writes nothing. May depend on {@code dev.godwit.cli.graph}, {@code dev.godwit.cli.yaml} and {@code dev.godwit.cli.stack} for a database's address.
 */
package dev.godwit.cli.alembic;
