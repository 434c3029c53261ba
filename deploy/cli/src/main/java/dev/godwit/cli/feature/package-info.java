/**
 * Which features of an application are live, judged by the migrations and tables that each needs. May depend on {@code dev.godwit.cli.graph}, {@code
 * dev.godwit.cli.alembic} and {@code dev.godwit.cli.yaml}.
 */
package dev.godwit.cli.feature;
