package dev.godwit.cli.stage;

import dev.godwit.cli.stage.SqlToken.Kind;
import java.io.IOException;
import java.util.List;

/** Counts what a dump holds and does nothing else: a dry-run. */
final class CountingSink implements DumpSink {
    private final StageTally tally;

    CountingSink(StageTally tally) {
        this.tally = tally;
    }

    @Override
    public void insert(String table, String sql, long line) {
        tally.rows(table, rowsOf(sql));
    }

    @Override
    public void copy(String table, String sql, long line, DumpReader rows) throws IOException {
        tally.rows(table, rows.passRows((bytes, offset, length) -> {}));
    }

    @Override
    public void structure(String sql, long line) {}

    @Override
    public void extra(String kind, String name, String sql, long line) {}

    @Override
    public void extension(String name, String schemaOfDump, SchemaNames names, long line) {}

    @Override
    public void searchPath(List<String> schemas, long line) {}

    /** Parentheses that open behind VALUES and inside no other ones. A row from a query counts as none. */
    private static long rowsOf(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        long rows = 0;
        int depth = 0;
        boolean values = false;
        for (SqlToken token = tokens.from(0); token.kind() != Kind.END; token = tokens.from(token.end())) {
            values |= depth == 0 && token.isWord("values");
            if (token.is("(")) {
                rows += values && depth == 0 ? 1 : 0;
                depth++;
            } else if (token.is(")")) {
                depth--;
            }
        }
        return rows;
    }
}
