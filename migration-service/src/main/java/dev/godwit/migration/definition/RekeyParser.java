package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the section {@code rekey}. */
final class RekeyParser {

    /** The keys of the section. */
    static final Set<String> KEYS = keys(
            "table",
            "key",
            "to",
            "where",
            "references",
            "children",
            "aliases",
            "triggers",
            "on-duplicate",
            "merge",
            "created");

    private static final Set<String> REFERENCE_KEYS = keys("table", "column", "path", "pattern", "when");
    private static final Set<String> CHILD_KEYS = keys("table", "key", "to");
    private static final Set<String> MERGE_KEYS = keys("keep");

    private static final String TABLE_REMEDY =
            "write table: schema.table, with double quotes around a part that holds a dot";
    private static final String COLUMN_REMEDY = "write the column's name as the catalog spells it";
    private static final String SQL_REMEDY = "write one SQL expression over the table's columns";
    private static final String TO_REMEDY =
            "write to: uuid5('<namespace>', <name>), or any SQL expression over the table's columns";
    private static final String KEEP_REMEDY = "write merge: {keep: newest(<expression>)} or oldest(<expression>)";
    private static final Pattern KEEP = Pattern.compile(
            "(?<direction>newest|oldest)\\s*(?<bracket>\\(.*\\))", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Section section;

    RekeyParser(Section section) {
        this.section = section;
    }

    private static Set<String> keys(String... names) {
        return new LinkedHashSet<>(List.of(names));
    }

    Optional<OperationDefinition> parse() {
        int before = section.problems().size();
        Optional<TableName> table = table(section);
        Optional<String> key = column(section, "key");
        Optional<KeyExpression> to = keyExpression(section);
        Optional<String> where =
                expression(section, "where", section.has("where") ? section.text("where") : Optional.of("true"));
        List<SoftReference> references = references();
        List<DerivedChild> children = children(table);
        Optional<Boolean> aliases =
                section.choice("aliases", Map.of("off", false, "on", true, "false", false, "true", true), false);
        Optional<Triggers> triggers =
                section.choice("triggers", Map.of("fire", Triggers.FIRE, "off", Triggers.OFF), Triggers.FIRE);
        Optional<OnDuplicate> onDuplicate = section.choice(
                "on-duplicate",
                Map.of("merge", OnDuplicate.MERGE, "skip", OnDuplicate.SKIP, "fail", OnDuplicate.FAIL),
                OnDuplicate.FAIL);
        Optional<Survivor> survivor = survivor(onDuplicate);
        Optional<String> created = expression(section, "created", section.text("created"));
        if (section.problems().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new RekeyDefinition(
                table.orElseThrow(),
                key.orElseThrow(),
                to.orElseThrow(),
                where.orElseThrow(),
                references,
                children,
                aliases.orElseThrow(),
                triggers.orElseThrow(),
                onDuplicate.orElseThrow(),
                survivor,
                created));
    }

    private static Optional<TableName> table(Section section) {
        return section.parsed("table", section.requiredText("table", TABLE_REMEDY), TABLE_REMEDY, TableName::parseHere);
    }

    private static Optional<String> column(Section section, String key) {
        return section.parsed(
                key, section.requiredText(key, COLUMN_REMEDY), COLUMN_REMEDY, Identifier::writtenOrQuoted);
    }

    private static Optional<KeyExpression> keyExpression(Section section) {
        return section.parsed("to", section.requiredText("to", TO_REMEDY), TO_REMEDY, KeyExpressionParser::parse);
    }

    private static Optional<String> expression(Section section, String key, Optional<String> text) {
        return section.parsed(key, text, SQL_REMEDY, SqlFragment::expression);
    }

    private List<SoftReference> references() {
        List<SoftReference> references = new ArrayList<>();
        Set<SoftReference> seen = new HashSet<>();
        for (Section entry : section.sections("references", REFERENCE_KEYS)) {
            reference(entry).ifPresent(reference -> {
                if (!seen.add(reference)) {
                    entry.problem("column", "this reference is declared twice", "keep one of them");
                }
                references.add(reference);
            });
        }
        return references;
    }

    private static Optional<SoftReference> reference(Section entry) {
        int before = entry.problems().size();
        Optional<TableName> table = table(entry);
        Optional<String> column = column(entry, "column");
        Optional<String> path = entry.parsed(
                "path",
                entry.text("path"),
                "write $ and steps: .name, .\"any name\", [0], [*], .** ; quote the path if it has brackets",
                text -> ReferencePath.parse(text).toString());
        Optional<String> pattern = entry.parsed(
                "pattern",
                entry.text("pattern"),
                "write the text with {key} once where the key stands, in quotes: \"documents/{key}/\"",
                text -> ReferencePattern.parse(text).text());
        Optional<String> when = expression(entry, "when", entry.text("when"));
        if (path.isPresent() && pattern.isPresent()) {
            entry.problem(
                    "pattern",
                    "a reference has a path (inside JSON) or a pattern (inside text), not both",
                    "remove one of them");
        }
        return entry.problems().size() > before
                ? Optional.empty()
                : Optional.of(new SoftReference(table.orElseThrow(), column.orElseThrow(), path, pattern, when));
    }

    private List<DerivedChild> children(Optional<TableName> root) {
        List<DerivedChild> children = new ArrayList<>();
        Set<TableName> seen = new HashSet<>();
        for (Section entry : section.sections("children", CHILD_KEYS)) {
            int before = entry.problems().size();
            Optional<TableName> table = table(entry);
            Optional<String> key = column(entry, "key");
            Optional<KeyExpression> to = keyExpression(entry);
            table.filter(name -> root.filter(name::equals).isPresent())
                    .ifPresent(name -> entry.problem(
                            "table",
                            "the migrated table cannot be its own child",
                            "its references to itself are found by their foreign keys"));
            table.filter(name -> !seen.add(name))
                    .ifPresent(name ->
                            entry.problem("table", name + " is listed twice", "a table has one key, keep one of them"));
            if (entry.problems().size() == before) {
                children.add(new DerivedChild(table.orElseThrow(), key.orElseThrow(), to.orElseThrow()));
            }
        }
        return children;
    }

    private Optional<Survivor> survivor(Optional<OnDuplicate> onDuplicate) {
        boolean merges =
                onDuplicate.filter(choice -> choice == OnDuplicate.MERGE).isPresent();
        if (section.has("merge") && !merges) {
            section.problem(
                    "merge",
                    "merge says who survives, but duplicates are not merged",
                    "write on-duplicate: merge, or remove merge");
            return Optional.empty();
        }
        if (!section.has("merge")) {
            if (merges) {
                section.problem(
                        "on-duplicate",
                        "duplicates are to be merged, but nothing says which one survives",
                        KEEP_REMEDY);
            }
            return Optional.empty();
        }
        return section.section("merge", MERGE_KEYS)
                .flatMap(merge ->
                        merge.parsed("keep", merge.requiredText("keep", KEEP_REMEDY), KEEP_REMEDY, RekeyParser::keep));
    }

    private static Survivor keep(String text) {
        String expression = SqlFragment.expression(text);
        Matcher matcher = KEEP.matcher(expression);
        if (!matcher.matches() || !SqlFragment.isOneBracket(expression, matcher.start("bracket"))) {
            throw new IllegalArgumentException("'" + text + "' does not say whom to keep");
        }
        String bracket = matcher.group("bracket");
        String order = SqlFragment.expression(bracket.substring(1, bracket.length() - 1));
        boolean newest = "newest".equalsIgnoreCase(matcher.group("direction"));
        return new Survivor(newest ? Survivor.Direction.NEWEST : Survivor.Direction.OLDEST, order);
    }
}
