package dev.godwit.migration.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads one file. */
final class DefinitionParser {

    private static final Set<String> KEYS = new LinkedHashSet<>(List.of(
            "migration",
            "description",
            "depends-on",
            "rekey",
            "verify",
            "health",
            "inventory",
            "require",
            "session",
            "summary",
            "transform",
            "derive",
            "import",
            "schema"));
    private static final List<String> KINDS = List.of(
            RekeyDefinition.KIND,
            TransformDefinition.KIND,
            DeriveDefinition.KIND,
            ImportDefinition.KIND,
            SchemaDefinition.KIND);
    private static final Set<String> VERIFY_KEYS = new LinkedHashSet<>(List.of("name", "sql", "expect"));
    private static final Set<String> REQUIRE_KEYS = new LinkedHashSet<>(List.of("name", "sql", "otherwise"));

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*");
    private static final int NAME_LENGTH_MAX = 63;
    private static final String NAME_REMEDY =
            "use lower-case letters and digits in words joined by '-', at most " + NAME_LENGTH_MAX + " characters";
    private static final Pattern SETTING = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*(?:\\.[A-Za-z_][A-Za-z0-9_$]*)?");
    private static final Set<String> OWN_SETTINGS = Set.of(
            "session_replication_role",
            "lock_timeout",
            "statement_timeout",
            "transaction_timeout",
            "idle_in_transaction_session_timeout",
            "deadlock_timeout",
            "transaction_isolation",
            "transaction_read_only",
            "default_transaction_isolation",
            "default_transaction_read_only",
            "synchronous_commit",
            "row_security",
            "role",
            "session_authorization");

    private final Path file;
    private final String text;
    private final Problems problems;
    private final Attachments attachments;

    DefinitionParser(Path file, String text, Attachments attachments, Problems problems) {
        this.file = file;
        this.text = text;
        this.attachments = attachments;
        this.problems = problems;
    }

    /** What the file says; {@code definition} is empty when a problem was noted, {@code name} and {@code node} are there as far as they can be read. */
    record Parsed(Optional<String> name, Optional<MappingNode> node, Optional<Definition> definition) {}

    Parsed parse() {
        Optional<MappingNode> root = YamlSource.read(text, file.getFileName().toString(), problems);
        if (root.isEmpty()) {
            return new Parsed(Optional.empty(), Optional.empty(), Optional.empty());
        }
        Section section = new Section(root.get(), "", problems, KEYS);
        Optional<String> name = name(section);
        return new Parsed(name, root, definition(section, name));
    }

    private static Optional<String> name(Section section) {
        return section.parsed(
                "migration",
                section.requiredText("migration", "write migration: a-name"),
                NAME_REMEDY,
                DefinitionParser::checkName);
    }

    private static String checkName(String name) {
        if (name.length() > NAME_LENGTH_MAX || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of a migration");
        }
        return name;
    }

    private Optional<Definition> definition(Section section, Optional<String> name) {
        Optional<String> description = section.has("description") ? section.text("description") : Optional.of("");
        List<String> dependsOn = section.texts("depends-on");
        Optional<OperationDefinition> operation = operation(section);
        operation.ifPresent(known -> identities(section, known, dependsOn));
        List<VerifyCheck> verify = verify(section);
        MeasureParser measures = new MeasureParser(section);
        List<HealthMeasure> health = measures.measures();
        Map<BuiltInMeasure, Limits> limits = measures.builtIn(
                operation.filter(RekeyDefinition.class::isInstance).isPresent());
        List<InventoryFigure> inventory = measures.figures();
        List<Requirement> require = require(section);
        Map<String, String> session = session(section);
        List<String> summary = summary(section, operation);
        if (!problems.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Definition(
                name.orElseThrow(),
                description.orElseThrow(),
                dependsOn,
                operation.orElseThrow(),
                verify,
                health,
                limits,
                inventory,
                require,
                session,
                summary,
                DefinitionDirectory.hash(text, operation.get().attachments()),
                file,
                text));
    }

    /** Each column makes events and what is kept of them larger, and more than a few make a group of every entity. */
    private static List<String> summary(Section section, Optional<OperationDefinition> operation) {
        List<String> summary = section.texts("summary");
        if (summary.size() > Definition.SUMMARY_MAX) {
            section.problem(
                    "summary",
                    summary.size() + " columns to group by are more than " + Definition.SUMMARY_MAX,
                    "name those that people count by");
        }
        if (section.has("summary")
                && operation.filter(SchemaDefinition.class::isInstance).isPresent()) {
            section.problem("summary", "a schema migration has no entities to group", "leave the key out");
        }
        return summary;
    }

    private Optional<OperationDefinition> operation(Section section) {
        List<String> present = KINDS.stream().filter(section::has).toList();
        if (present.size() > 1) {
            section.problem(
                    present.get(1),
                    "two operations in one migration",
                    "write two files; depends-on puts them in order");
        }
        if (present.isEmpty()) {
            section.problem(
                    RekeyDefinition.KIND,
                    "nothing says what the migration does",
                    "add a section rekey: {table: …, key: …, to: …}, transform: {table: …, pending: …, set: …, writers: …},"
                            + " derive: {from: …, into: …, identity: […], rows: …}, import: {from: …, into: …, set: …},"
                            + " or schema: {up: …, down: …, provides: …}");
        }
        return present.isEmpty() ? Optional.empty() : operation(section, present.get(0));
    }

    private Optional<OperationDefinition> operation(Section section, String kind) {
        return switch (kind) {
            case TransformDefinition.KIND ->
                section.section(kind, TransformParser.KEYS)
                        .flatMap(transform -> new TransformParser(transform, attachments).parse());
            case DeriveDefinition.KIND ->
                section.section(kind, DeriveParser.KEYS).flatMap(derive -> new DeriveParser(derive).parse());
            case ImportDefinition.KIND ->
                section.section(kind, ImportParser.KEYS).flatMap(imported -> new ImportParser(imported).parse());
            case SchemaDefinition.KIND ->
                section.section(kind, SchemaParser.KEYS)
                        .flatMap(schema -> new SchemaParser(schema, attachments).parse());
            default -> section.section(kind, RekeyParser.KEYS).flatMap(rekey -> new RekeyParser(rekey).parse());
        };
    }

    /** An identity that is looked up before it is there would be missing for every row. */
    private static void identities(Section section, OperationDefinition operation, List<String> dependsOn) {
        if (operation instanceof ImportDefinition imported) {
            imported.identities().stream()
                    .filter(name -> !dependsOn.contains(name))
                    .forEach(
                            name -> section.problem(
                                    "depends-on",
                                    "identities of '" + name
                                            + "' are looked up, but the migration does not depend on it",
                                    "add it: depends-on: [" + name
                                            + "]; a row that refers to one of its own table gets a key that an expression computes"));
        }
    }

    private static List<VerifyCheck> verify(Section section) {
        List<VerifyCheck> checks = new ArrayList<>();
        for (Section entry : named(section, "verify", VERIFY_KEYS)) {
            Optional<String> name = entry.requiredText("name", "say in a few words what is checked");
            Optional<String> sql = statement(entry);
            Optional<String> expect = entry.requiredText("expect", "write the value that the query must answer");
            if (name.isPresent() && sql.isPresent() && expect.isPresent()) {
                checks.add(new VerifyCheck(name.get(), sql.get(), expect.get()));
            }
        }
        return checks;
    }

    private static List<Requirement> require(Section section) {
        List<Requirement> requirements = new ArrayList<>();
        for (Section entry : named(section, "require", REQUIRE_KEYS)) {
            Optional<String> name = entry.requiredText("name", "say in a few words what must be true");
            Optional<String> sql = statement(entry);
            Optional<String> otherwise = entry.requiredText("otherwise", "say what to do when it is not true");
            if (name.isPresent() && sql.isPresent() && otherwise.isPresent()) {
                requirements.add(new Requirement(name.get(), sql.get(), otherwise.get()));
            }
        }
        return requirements;
    }

    static List<Section> named(Section section, String key, Set<String> known) {
        List<Section> entries = section.sections(key, known);
        Set<String> names = new HashSet<>();
        for (Section entry : entries) {
            Optional<String> name = entry.has("name") ? entry.text("name") : Optional.empty();
            name.filter(n -> !names.add(n))
                    .ifPresent(n ->
                            entry.problem("name", "the name '" + n + "' is there twice", "give each its own name"));
        }
        return entries;
    }

    static Optional<String> statement(Section entry) {
        String remedy = "write one query that answers one value";
        return entry.parsed("sql", entry.requiredText("sql", remedy), remedy, SqlFragment::statement);
    }

    private static Map<String, String> session(Section section) {
        Map<String, String> session = section.map("session");
        for (String setting : session.keySet()) {
            if (!SETTING.matcher(setting).matches()) {
                section.problem(
                        "session",
                        "'" + setting + "' is no name of a setting",
                        "write name: value, such as app.tenant: '7'");
            } else if (OWN_SETTINGS.contains(setting.toLowerCase(Locale.ROOT))) {
                section.problem(
                        "session",
                        "'" + setting + "' is Godwit's own to set",
                        "remove it; session is for settings that policies and triggers read");
            }
        }
        return session;
    }

    /** Place of an entry of {@code depends-on}, for problems that show only when all files are known. */
    static Optional<ScalarNode> dependencyNode(MappingNode root, String parent) {
        return root.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals("depends-on"))
                .filter(tuple -> tuple.getValueNode() instanceof SequenceNode)
                .flatMap(tuple -> ((SequenceNode) tuple.getValueNode()).getValue().stream())
                .filter(item ->
                        item instanceof ScalarNode scalar && scalar.getValue().equals(parent))
                .map(ScalarNode.class::cast)
                .findFirst();
    }

    /** Place of the migration's name. */
    static Optional<ScalarNode> nameNode(MappingNode root) {
        return root.getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals("migration"))
                .filter(tuple -> tuple.getValueNode() instanceof ScalarNode)
                .map(tuple -> (ScalarNode) tuple.getValueNode())
                .findFirst();
    }
}
