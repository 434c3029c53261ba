/** The case {@code branching-schema}: a graph that is read and judged, not a migration that flies. May depend on the demo's frame, graphs, Alembic's files and features. */
package dev.godwit.cli.demo.branches;
