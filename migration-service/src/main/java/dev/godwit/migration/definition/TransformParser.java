package dev.godwit.migration.definition;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code transform}. */
final class TransformParser {

    /** The keys of the section. */
    static final Set<String> KEYS = new LinkedHashSet<>(
            List.of("table", "key", "pending", "functions", "set", "where", "writers", "constraint", "triggers"));

    private static final Set<String> CONSTRAINT_KEYS = new LinkedHashSet<>(List.of("name", "from", "to"));

    private static final String TABLE_REMEDY =
            "write table: schema.table, with double quotes around a part that holds a dot";
    private static final String COLUMN_REMEDY = "write the column's name as the catalog spells it";
    private static final String SQL_REMEDY = "write one SQL expression over the table's columns";
    private static final String PENDING_REMEDY = "write pending: <condition that holds for rows still to be changed>;"
            + " without it a row could be changed twice, and f(f(x)) is not f(x)";
    private static final String WRITERS_REMEDY =
            "write writers: old when the application goes on writing the old form (what it writes is transformed too), or writers: new"
                    + " when it writes the new form already (what it writes is left alone); a wrong guess would transform rows that are right";
    private static final String FUNCTIONS_REMEDY =
            "write functions: name.sql, a file beside this one; its functions live in a schema 'name' while runs need them";
    private static final Pattern FUNCTIONS = Pattern.compile("[a-z_][a-z0-9_]{0,58}\\.sql");
    private static final Set<String> TAKEN_SCHEMAS = Set.of("public", "godwit", "information_schema");

    private final Section section;
    private final Attachments attachments;

    TransformParser(Section section, Attachments attachments) {
        this.section = section;
        this.attachments = attachments;
    }

    Optional<OperationDefinition> parse() {
        int before = section.problems().size();
        Optional<TableName> table = section.parsed(
                "table", section.requiredText("table", TABLE_REMEDY), TABLE_REMEDY, TableName::parseHere);
        Optional<String> key = section.has("key")
                ? section.parsed("key", section.text("key"), COLUMN_REMEDY, Identifier::writtenOrQuoted)
                : Optional.empty();
        Optional<String> pending = section.parsed(
                "pending", section.requiredText("pending", PENDING_REMEDY), SQL_REMEDY, SqlFragment::expression);
        Optional<String> where = section.parsed(
                "where",
                section.has("where") ? section.text("where") : Optional.of("true"),
                SQL_REMEDY,
                SqlFragment::expression);
        Map<String, String> set = set();
        Optional<Writers> writers = writers();
        Optional<FunctionsFile> functions = section.has("functions") ? functions() : Optional.empty();
        Optional<ConstraintSwap> constraint =
                section.section("constraint", CONSTRAINT_KEYS).flatMap(TransformParser::constraint);
        Optional<Triggers> triggers =
                section.choice("triggers", Map.of("fire", Triggers.FIRE, "off", Triggers.OFF), Triggers.FIRE);
        if (section.problems().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new TransformDefinition(
                table.orElseThrow(),
                key,
                pending.orElseThrow(),
                functions,
                set,
                where.orElseThrow(),
                writers.orElseThrow(),
                constraint,
                triggers.orElseThrow()));
    }

    private Map<String, String> set() {
        Map<String, String> set = new LinkedHashMap<>();
        int before = section.problems().size();
        section.map("set").forEach((written, text) -> {
            Optional<String> column =
                    section.parsed("set", Optional.of(written), COLUMN_REMEDY, Identifier::writtenOrQuoted);
            Optional<String> expression = section.parsed("set", Optional.of(text), SQL_REMEDY, SqlFragment::expression);
            if (column.isPresent() && expression.isPresent() && set.put(column.get(), expression.get()) != null) {
                section.problem("set", "'" + column.get() + "' is there twice", "keep one of them");
            }
        });
        if (set.isEmpty() && section.problems().size() == before) {
            section.problem("set", "no column is set", "write set: {column: <SQL expression>}");
        }
        return set;
    }

    private Optional<Writers> writers() {
        Optional<String> text = section.requiredText("writers", WRITERS_REMEDY);
        return text.isEmpty()
                ? Optional.empty()
                : section.choice("writers", Map.of("old", Writers.OLD, "new", Writers.NEW), Writers.OLD);
    }

    private Optional<FunctionsFile> functions() {
        return section.parsed("functions", section.text("functions"), FUNCTIONS_REMEDY, name -> {
            String schema = name.endsWith(".sql") ? name.substring(0, name.length() - 4) : name;
            if (!FUNCTIONS.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name + "' is no name of a file of functions");
            }
            if (TAKEN_SCHEMAS.contains(schema) || schema.startsWith("pg_")) {
                throw new IllegalArgumentException("a schema '" + schema + "' cannot be the functions' own");
            }
            return new FunctionsFile(name, schema, attachments.read(name));
        });
    }

    private static Optional<ConstraintSwap> constraint(Section entry) {
        Optional<String> name = entry.parsed(
                "name",
                entry.requiredText("name", "write the constraint's name as the catalog spells it"),
                "write the constraint's name as the catalog spells it",
                Identifier::writtenOrQuoted);
        Optional<String> from = condition(entry, "from", "write the condition that the constraint demands today");
        Optional<String> to = condition(entry, "to", "write the condition that it demands afterwards");
        return name.isPresent() && from.isPresent() && to.isPresent()
                ? Optional.of(new ConstraintSwap(name.get(), from.get(), to.get()))
                : Optional.empty();
    }

    private static Optional<String> condition(Section entry, String key, String remedy) {
        return entry.parsed(key, entry.requiredText(key, remedy), SQL_REMEDY, SqlFragment::expression);
    }
}
