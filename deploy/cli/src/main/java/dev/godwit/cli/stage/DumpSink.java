package dev.godwit.cli.stage;

import java.io.IOException;
import java.util.List;

/**
 * Where a dump's statements go, their schemas redirected already. One that cannot be done ends the whole staging with a {@link dev.godwit.cli.Failure} that
 * names its line.
 */
interface DumpSink {
    /** A statement that holds rows. */
    void insert(String table, String sql, long line);

    /** A statement whose rows follow it in the reader; they must be read to their end. */
    void copy(String table, String sql, long line, DumpReader rows) throws IOException;

    /** A statement without which tables or rows would not be whole. */
    void structure(String sql, long line);

    /** A statement that may fail; what it would have made is then told as left out. */
    void extra(String kind, String name, String sql, long line);

    /** Makes an extension in the schema, unless the database has it; then says so to the names. */
    void extension(String name, String schemaOfDump, SchemaNames names, long line);

    /** From now on unqualified names are looked for in these schemas. */
    void searchPath(List<String> schemas, long line);
}
