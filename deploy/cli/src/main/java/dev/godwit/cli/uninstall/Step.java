package dev.godwit.cli.uninstall;

/**
 * One thing that goes.
 *
 * @param what for people
 * @param sql one statement; a text that it answers says why the thing stays
 */
record Step(String what, String sql) {}
