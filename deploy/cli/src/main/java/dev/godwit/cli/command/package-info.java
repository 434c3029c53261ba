/**
 * One class per command. A command extends {@link dev.godwit.cli.command.GodwitCommand}, returns an exit code and reports trouble by throwing
 * {@link dev.godwit.cli.Failure}. May depend on every package but those of demo and benchmark.
 */
package dev.godwit.cli.command;
