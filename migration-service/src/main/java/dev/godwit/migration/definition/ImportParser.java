package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code import}. */
final class ImportParser {

    /** The keys of the section. */
    static final Set<String> KEYS = new LinkedHashSet<>(
            List.of("source", "from", "into", "key", "set", "where", "on-conflict", "on-delete", "blobs", "discard"));

    private static final Set<String> CONFLICT_KEYS = new LinkedHashSet<>(List.of("columns", "then", "reason"));
    private static final Set<String> BLOB_KEYS = new LinkedHashSet<>(List.of("path", "sha256", "size", "store"));

    private static final String COLUMN_REMEDY = "write the column's name as the catalog spells it";
    private static final String SQL_REMEDY = "write one SQL expression over the columns of the table in 'from'";
    private static final String VALUE_REMEDY =
            SQL_REMEDY + ", or identity('migration', key) for the key that another import gave";
    private static final String TABLE_REMEDY = "write schema.table, with double quotes around a part that holds a dot";
    private static final String WORD_REMEDY = "write one lower-case word, words joined by '_'";
    private static final String NAME_REMEDY = "write a name in lower-case letters and digits, words joined by '-'";
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern SOURCE = Pattern.compile("[a-z][a-z0-9]*");
    private static final String SOURCE_REMEDY =
            "write the name of a configured database: lower-case letters and digits";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*");

    private final Section section;

    ImportParser(Section section) {
        this.section = section;
    }

    Optional<OperationDefinition> parse() {
        int before = section.problems().size();
        Optional<String> source = section.has("source")
                ? section.parsed("source", section.text("source"), SOURCE_REMEDY, name -> matching(SOURCE, name))
                : Optional.empty();
        Optional<TableName> from = table("from").map(name -> name.in(source));
        Optional<TableName> into = table("into");
        Optional<String> key = section.has("key")
                ? section.parsed("key", section.text("key"), COLUMN_REMEDY, Identifier::writtenOrQuoted)
                : Optional.empty();
        Map<String, ImportedValue> set = set();
        Optional<String> where = section.parsed(
                "where",
                section.has("where") ? section.text("where") : Optional.of("true"),
                SQL_REMEDY,
                SqlFragment::expression);
        Optional<OnConflict> onConflict = section.has("on-conflict")
                ? section.section("on-conflict", CONFLICT_KEYS).flatMap(entry -> onConflict(entry, set.keySet()))
                : Optional.of(OnConflict.DEFAULT);
        Optional<OnDelete> onDelete =
                section.choice("on-delete", Map.of("keep", OnDelete.KEEP, "delete", OnDelete.DELETE), OnDelete.KEEP);
        Optional<BlobColumns> blobs = section.section("blobs", BLOB_KEYS).flatMap(ImportParser::blobs);
        Set<TableName> discard = discard();
        if (from.isPresent() && from.equals(into)) {
            section.problem(
                    "into",
                    "rows would be imported from imported rows: 'from' and 'into' are the same table",
                    "import into another table, or change the rows in place by transform");
        }
        if (section.problems().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new ImportDefinition(
                from.orElseThrow(),
                into.orElseThrow(),
                key,
                set,
                where.orElseThrow(),
                onConflict.orElseThrow(),
                onDelete.orElseThrow(),
                blobs,
                discard));
    }

    private Set<TableName> discard() {
        Set<TableName> discard = new LinkedHashSet<>();
        for (String written : section.texts("discard")) {
            section.parsed("discard", Optional.of(written), TABLE_REMEDY, TableName::parseHere)
                    .ifPresent(discard::add);
        }
        return discard;
    }

    private Optional<TableName> table(String key) {
        String remedy = "write " + key + ": schema.table, with double quotes around a part that holds a dot";
        return section.parsed(key, section.requiredText(key, remedy), remedy, TableName::parseHere);
    }

    private static String matching(Pattern pattern, String text) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not possible here");
        }
        return text;
    }

    private Map<String, ImportedValue> set() {
        Map<String, ImportedValue> set = new LinkedHashMap<>();
        int before = section.problems().size();
        section.map("set").forEach((written, text) -> {
            Optional<String> column =
                    section.parsed("set", Optional.of(written), COLUMN_REMEDY, Identifier::writtenOrQuoted);
            Optional<ImportedValue> value =
                    section.parsed("set", Optional.of(text), VALUE_REMEDY, ImportedValueParser::parse);
            if (column.isPresent() && value.isPresent() && set.put(column.get(), value.get()) != null) {
                section.problem("set", "'" + column.get() + "' is there twice", "keep one of them");
            }
        });
        if (set.isEmpty() && section.problems().size() == before) {
            section.problem("set", "no column is set", "write set: {column: <SQL expression>}");
        }
        return set;
    }

    private static Optional<OnConflict> onConflict(Section entry, Set<String> set) {
        List<String> columns = new ArrayList<>();
        int before = entry.problems().size();
        for (String written : entry.texts("columns")) {
            entry.parsed("columns", Optional.of(written), COLUMN_REMEDY, Identifier::writtenOrQuoted)
                    .ifPresent(columns::add);
        }
        columns.stream()
                .filter(column -> !set.contains(column))
                .forEach(column -> entry.problem(
                        "columns",
                        "'" + column + "' is not set, so whether its value is taken cannot be told",
                        "set the column, or take it out of on-conflict"));
        Optional<OnConflict.Then> then = entry.choice(
                "then",
                Map.of(
                        "conflict",
                        OnConflict.Then.CONFLICT,
                        "skip",
                        OnConflict.Then.SKIP,
                        "update",
                        OnConflict.Then.UPDATE),
                OnConflict.Then.CONFLICT);
        Optional<String> reason = entry.has("reason")
                ? entry.parsed("reason", entry.text("reason"), WORD_REMEDY, word -> matching(WORD, word))
                : Optional.of(OnConflict.TAKEN);
        return entry.problems().size() > before
                ? Optional.empty()
                : Optional.of(new OnConflict(columns, then.orElseThrow(), reason.orElseThrow()));
    }

    private static Optional<BlobColumns> blobs(Section entry) {
        Optional<String> path = expression(entry, "path", "write path: <column that says where the blob is>");
        Optional<String> sha256 = expression(entry, "sha256", "write sha256: <column with the content's digest>");
        Optional<String> size = expression(entry, "size", "write size: <column with the length in bytes>");
        Optional<String> store = entry.parsed(
                "store",
                entry.requiredText("store", "write store: <name of a configured store>"),
                NAME_REMEDY,
                name -> matching(NAME, name));
        return path.isPresent() && sha256.isPresent() && size.isPresent() && store.isPresent()
                ? Optional.of(new BlobColumns(path.get(), sha256.get(), size.get(), store.get()))
                : Optional.empty();
    }

    private static Optional<String> expression(Section entry, String key, String remedy) {
        return entry.parsed(key, entry.requiredText(key, remedy), SQL_REMEDY, SqlFragment::expression);
    }
}
