package dev.godwit.cli.stage;

/** What a dump consists of. The rows of a COPY are no piece: they follow their statement and are read by {@link DumpReader#passRows}. */
sealed interface DumpPiece {
    /** Number of the line that it begins in, from 1. */
    long line();

    /** One SQL statement without its semicolon and without comments. */
    record Sql(String text, long line) implements DumpPiece {}

    /** A command to psql: a line that begins with a backslash. */
    record Meta(String text, long line) implements DumpPiece {}
}
