/**
 * The demo: an application with live traffic, its data migrated under it, and the proof that nothing was lost, there and back. This is what all cases share; each
 * {@link dev.godwit.cli.demo.DemoCase} has a package of its own below.
 *
 * <p>May depend on {@code dev.godwit.cli.stack}, {@code dev.godwit.cli.client}, {@code dev.godwit.cli.terminal} and {@code dev.godwit.cli.measure}. Talks to Godwit as any user does, by REST; the application's side is plain
 * JDBC and knows nothing of Godwit.
 */
package dev.godwit.cli.demo;
