/**
 * Breaks the parts of a stack of its own at random but seeded moments while an application writes and a migration runs, and then holds everything against what the application was told. And lets a
 * run go on for long, to see whether anything grows.
 *
 * <p>May depend on {@code dev.godwit.cli.stack}, {@code dev.godwit.cli.client}, {@code dev.godwit.cli.command}, {@code dev.godwit.cli.demo} and {@code dev.godwit.cli.measure}.
 */
package dev.godwit.cli.chaos;
