package dev.godwit.migration.definition;

/** Whether user triggers fire for what a migration writes. */
public enum Triggers {
    FIRE,
    OFF
}
