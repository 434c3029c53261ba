/** What people see: tables, progress, one final object for programs. Depends on {@code dev.godwit.cli.client} for what a run is. */
package dev.godwit.cli.terminal;
