package dev.godwit.cli.command;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Where a graph comes from, for the commands that read one. */
final class GraphOptions {
    @Option(
            names = "--migrations",
            paramLabel = "DIR",
            description = "Read Godwit's definitions from this directory, without a service; states are then unknown.")
    private Path migrations;

    @Option(
            names = "--alembic",
            paramLabel = "DIR",
            description = "Read Alembic's versions directory instead, without running Python.")
    private Path alembic;

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description = "Compare with this database (read-only): postgresql://user:password@host:5432/database")
    private String databaseUrl;

    @Option(
            names = "--version-table",
            paramLabel = "NAME",
            description = "Alembic's version table, when env.py names another one: table or schema.table.")
    private String versionTable;

    @Option(
            names = "--root",
            paramLabel = "ID",
            split = ",",
            description = "Roots that are meant to be there, beside those in godwit-graph.yaml.")
    private List<String> roots = List.of();

    @Option(
            names = "--head",
            paramLabel = "ID",
            split = ",",
            description = "Heads that are meant to stay, beside those in godwit-graph.yaml.")
    private List<String> heads = List.of();

    Path migrations() {
        return migrations;
    }

    Path alembic() {
        return alembic;
    }

    String databaseUrl() {
        return databaseUrl;
    }

    String versionTable() {
        return versionTable;
    }

    List<String> roots() {
        return roots;
    }

    List<String> heads() {
        return heads;
    }
}
