/** The {@code godwit} command: its entry point, its exit codes and the one way in which it fails. May depend on every other package of this module. */
package dev.godwit.cli;
