/**
 * Breaks the parts of a stack of its own at random but seeded moments while an application writes and a migration runs, and then holds everything against what the application was told.
 *
 * <p>May depend on {@code dev.godwit.cli.stack}, {@code dev.godwit.cli.client}, {@code dev.godwit.cli.command} and {@code dev.godwit.cli.demo}.
 */
package dev.godwit.cli.chaos;
