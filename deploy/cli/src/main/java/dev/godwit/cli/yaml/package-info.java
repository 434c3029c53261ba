/** YAML files of the user, read as nodes that know their line, so that every complaint names file and line. */
package dev.godwit.cli.yaml;
