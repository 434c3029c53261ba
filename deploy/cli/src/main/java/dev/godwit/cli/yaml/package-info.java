/** YAML files of the user, read as nodes that know their line, so that every complaint names file and line. Depends on {@code dev.godwit.cli.graph} for what a place is. */
package dev.godwit.cli.yaml;
