package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.TableOperation.Kind;
import dev.godwit.cli.graph.Place;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CREATE, ALTER and DROP TABLE in SQL texts. Names of other forms than {@code schema.table}, quoted or not, are left alone. */
final class SqlTables {
    private static final String NAME = "((?:\"[^\"]+\"|[\\w$]++)(?:\\.(?:\"[^\"]+\"|[\\w$]++))?)";

    private static final Pattern STATEMENT = Pattern.compile(
            "\\b(?:(CREATE)(?:\\s++UNLOGGED)?|(ALTER)|(DROP))\\s++TABLE\\s++(?:IF\\s++(?:NOT\\s++)?EXISTS\\s++)?(?:ONLY\\s++)?"
                    + NAME + "(?:\\s++RENAME\\s++TO\\s++" + NAME + ")?",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern FURTHER = Pattern.compile("\\G\\s*+,\\s*+" + NAME);

    private SqlTables() {}

    /** Appends what the texts do. */
    static void read(List<String> texts, Place place, List<TableOperation> found) {
        for (String text : texts) {
            Matcher statement = STATEMENT.matcher(text);
            while (statement.find()) {
                add(statement, text, place, found);
            }
        }
    }

    private static void add(Matcher statement, String text, Place place, List<TableOperation> found) {
        TableName table = table(statement.group(4));
        if (statement.group(1) != null) {
            found.add(new TableOperation(Kind.CREATE, table, null, place));
        } else if (statement.group(2) != null && statement.group(5) != null) {
            TableName renamed =
                    new TableName(table.schema(), table(statement.group(5)).name());
            found.add(new TableOperation(Kind.RENAME, table, renamed, place));
        } else if (statement.group(2) != null) {
            found.add(new TableOperation(Kind.USE, table, null, place));
        } else {
            found.add(new TableOperation(Kind.DROP, table, null, place));
            Matcher further = FURTHER.matcher(text);
            for (int at = statement.end(); further.find(at); at = further.end()) {
                found.add(new TableOperation(Kind.DROP, table(further.group(1)), null, place));
            }
        }
    }

    private static TableName table(String written) {
        Matcher part = Pattern.compile("\"([^\"]+)\"|([\\w$]+)").matcher(written);
        String schema = "";
        String name = "";
        while (part.find()) {
            schema = name;
            // Unquoted names are folded to lower case.
            name = part.group(1) != null ? part.group(1) : part.group(2).toLowerCase(java.util.Locale.ROOT);
        }
        return new TableName(schema, name);
    }
}
