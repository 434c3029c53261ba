package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Tables beside the source of an import that no definition names. Whoever moves out of a schema wants to know what stays behind. */
public final class UnreadTables {

    private static final int SHOWN_MAX = 50;

    private static final String TABLES = """
            SELECT c.relname::text AS name
              FROM pg_catalog.pg_class AS c
             WHERE c.relnamespace = to_regnamespace(quote_ident($1))
               AND c.relkind IN ('r', 'p')
               AND NOT c.relispartition
             ORDER BY 1
            """;

    private final Collection<Definition> all;

    /** @param all definitions that there are, whatever their kind */
    public UnreadTables(Collection<Definition> all) {
        this.all = all;
    }

    /**
     * Warnings about the source schema of an import; none of other operations.
     *
     * @param source a connection to the database that the import reads
     */
    public Uni<List<Finding>> find(SqlConnection source, Definition definition) {
        return definition.operation() instanceof ImportDefinition imported
                ? find(source, imported)
                : Uni.createFrom().item(List.of());
    }

    private Uni<List<Finding>> find(SqlConnection source, ImportDefinition imported) {
        String schema = imported.from().schema();
        return source.preparedQuery(TABLES)
                .execute(Tuple.of(schema))
                .map(rows -> judge(
                        imported,
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(row -> new TableName(schema, row.getString("name")))
                                .toList()));
    }

    List<Finding> judge(ImportDefinition imported, List<TableName> there) {
        List<Finding> findings = new ArrayList<>();
        List<TableName> unread =
                there.stream().filter(table -> !isNamed(imported, table)).toList();
        if (!unread.isEmpty()) {
            findings.add(Finding.warn(
                    "table_not_read",
                    "no definition reads " + joined(unread),
                    "import them, or say that they stay behind on purpose: discard: [" + joined(unread) + "]"));
        }
        Set<TableName> absent = new LinkedHashSet<>(imported.discard());
        absent.removeIf(table ->
                there.contains(table) || !table.schema().equals(imported.from().schema()));
        if (!absent.isEmpty()) {
            findings.add(Finding.warn(
                    "unknown_table",
                    "import.discard names what is not there: " + joined(absent),
                    "correct the names, or take them out"));
        }
        return findings;
    }

    /** SQL of definitions is not taken apart: a table whose name stands in one is taken for read. */
    private boolean isNamed(ImportDefinition imported, TableName table) {
        Pattern written = Pattern.compile(
                "(?<![\\w.\"])" + part(table.schema()) + "\\s*\\.\\s*" + part(table.name()) + "(?![\\w\"])");
        return all.stream()
                .anyMatch(definition -> definition.operation().tables().contains(table.in(imported.source()))
                        || definition.operation().table().equals(table.in(imported.source()))
                        || written.matcher(definition.text()).find());
    }

    private static String part(String name) {
        return "(?:" + Pattern.quote(name) + "|" + Pattern.quote("\"" + name.replace("\"", "\"\"") + "\"") + ")";
    }

    private static String joined(Collection<TableName> tables) {
        Set<String> names = new TreeSet<>();
        tables.forEach(table -> names.add(table.toString()));
        String shown = String.join(", ", names.stream().limit(SHOWN_MAX).toList());
        return names.size() > SHOWN_MAX ? shown + " and " + (names.size() - SHOWN_MAX) + " more" : shown;
    }
}
