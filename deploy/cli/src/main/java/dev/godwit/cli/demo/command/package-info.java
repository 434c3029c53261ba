/** The command {@code godwit demo}, which knows all cases. May depend on every package of the demo. */
package dev.godwit.cli.demo.command;
