/**
 * The demo: an application with live traffic, its ids migrated under it, and the proof that nothing was lost, there and back.
 *
 * <p>May depend on {@code dev.godwit.cli.stack} and {@code dev.godwit.cli.client}. Talks to Godwit as any user does, by REST; the application's side is plain
 * JDBC and knows nothing of Godwit.
 */
package dev.godwit.cli.demo;
