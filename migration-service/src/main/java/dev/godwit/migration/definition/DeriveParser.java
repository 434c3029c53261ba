package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code derive}. */
final class DeriveParser {

    /** The keys of the section. */
    static final Set<String> KEYS =
            new LinkedHashSet<>(List.of("from", "key", "into", "identity", "rows", "where", "watch"));

    private static final Set<String> WATCH_KEYS = new LinkedHashSet<>(List.of("table", "entity"));

    private static final String COLUMN_REMEDY = "write the column's name as the catalog spells it";
    private static final String SQL_REMEDY = "write one SQL expression over the table's columns";
    private static final String IDENTITY_REMEDY =
            "write identity: [column, …], the columns by which a row counts as being there already; such a row is left alone";
    private static final String ROWS_REMEDY =
            "write rows: SELECT … FROM entity …, one query whose columns are called like those of the table in 'into'; 'entity' is one row of the table in 'from'";
    private static final String ENTITY_REMEDY =
            "write entity: <column, or expression over the row's columns, that names the entity the row belongs to>";

    private static final Pattern ENTITY = Pattern.compile("\\bentity\\b", Pattern.CASE_INSENSITIVE);

    private final Section section;

    DeriveParser(Section section) {
        this.section = section;
    }

    Optional<OperationDefinition> parse() {
        int before = section.problems().size();
        Optional<TableName> from = table(section, "from");
        Optional<String> key = section.has("key")
                ? section.parsed("key", section.text("key"), COLUMN_REMEDY, Identifier::writtenOrQuoted)
                : Optional.empty();
        Optional<TableName> into = table(section, "into");
        List<String> identity = identity();
        Optional<String> rows =
                section.parsed("rows", section.requiredText("rows", ROWS_REMEDY), ROWS_REMEDY, DeriveParser::query);
        Optional<String> where = section.parsed(
                "where",
                section.has("where") ? section.text("where") : Optional.of("true"),
                SQL_REMEDY,
                SqlFragment::expression);
        List<WatchedTable> watch = watch(into);
        if (from.isPresent() && from.equals(into)) {
            section.problem(
                    "into",
                    "rows would be derived from derived rows: 'from' and 'into' are the same table",
                    "derive into another table");
        }
        if (section.problems().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new DeriveDefinition(
                from.orElseThrow(), key, into.orElseThrow(), identity, rows.orElseThrow(), where.orElseThrow(), watch));
    }

    private static String query(String text) {
        String query = SqlFragment.statement(text);
        if (!ENTITY.matcher(query).find()) {
            throw new IllegalArgumentException("the query never reads 'entity', so every entity would derive the same");
        }
        return query;
    }

    private static Optional<TableName> table(Section section, String key) {
        String remedy = "write " + key + ": schema.table, with double quotes around a part that holds a dot";
        return section.parsed(key, section.requiredText(key, remedy), remedy, TableName::parseHere);
    }

    private List<String> identity() {
        List<String> identity = new ArrayList<>();
        int before = section.problems().size();
        for (String written : section.texts("identity")) {
            section.parsed("identity", Optional.of(written), COLUMN_REMEDY, Identifier::writtenOrQuoted)
                    .ifPresent(identity::add);
        }
        if (identity.isEmpty() && section.problems().size() == before) {
            section.problem("identity", "nothing says when a row is there already", IDENTITY_REMEDY);
        }
        return identity;
    }

    private List<WatchedTable> watch(Optional<TableName> into) {
        List<WatchedTable> watch = new ArrayList<>();
        Set<WatchedTable> seen = new LinkedHashSet<>();
        for (Section entry : section.sections("watch", WATCH_KEYS)) {
            Optional<TableName> table = table(entry, "table");
            Optional<String> entity = entry.parsed(
                    "entity", entry.requiredText("entity", ENTITY_REMEDY), ENTITY_REMEDY, SqlFragment::expression);
            if (table.isEmpty() || entity.isEmpty()) {
                continue;
            }
            WatchedTable watched = new WatchedTable(table.get(), entity.get());
            if (!seen.add(watched)) {
                entry.problem("table", "this table is watched twice for the same entities", "keep one of them");
            }
            if (table.equals(into)) {
                entry.problem(
                        "table",
                        "the table that gets the rows cannot be watched: each row would name its entity again",
                        "remove it; rows of it that are deleted during the run are found by the verification");
            }
            watch.add(watched);
        }
        return watch;
    }
}
