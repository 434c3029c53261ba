package dev.godwit.migration.definition;

import dev.godwit.migration.definition.SchemaDefinition.Patience;
import dev.godwit.migration.script.ScriptStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the section {@code schema}. */
final class SchemaParser {

    /** The keys of the section. */
    static final Set<String> KEYS = new LinkedHashSet<>(
            List.of("up", "down", "owner", "provides", "lock-timeout", "statement-timeout", "attempts"));

    private static final Set<String> PROVIDES_KEYS =
            new LinkedHashSet<>(List.of("tables", "columns", "indexes", "constraints"));

    private static final String SCRIPT_REMEDY =
            "write SQL, or the name of a file beside this one that holds it, such as add-history.up.sql";
    private static final String OWNER_REMEDY = "write the name of a role, as the catalog spells it";
    private static final String TABLE_REMEDY = "write schema.table, with double quotes around a part that holds a dot";
    private static final String MEMBER_REMEDY = "write schema.table.name";
    private static final String DURATION_REMEDY = "write a number with ms, s, min or h, such as 500ms";
    private static final String ATTEMPTS_REMEDY = "write a number from 1 to 1000";

    /** No statement is spelled like that, so that a name of a file is never mistaken for SQL. */
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}\\.sql");

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*(ms|s|min|h)");
    private static final Duration LOCK_TIMEOUT_MAX = Duration.ofMinutes(1);
    private static final int ATTEMPTS_MAX = 1000;

    private final Section section;
    private final Attachments attachments;
    private final Map<String, String> files = new LinkedHashMap<>();

    SchemaParser(Section section, Attachments attachments) {
        this.section = section;
        this.attachments = attachments;
    }

    Optional<OperationDefinition> parse() {
        int before = section.problems().size();
        Optional<List<ScriptStatement>> up = script("up", section.requiredText("up", SCRIPT_REMEDY));
        Optional<List<ScriptStatement>> down =
                section.has("down") ? script("down", section.text("down")) : Optional.empty();
        Optional<String> owner =
                section.parsed("owner", section.text("owner"), OWNER_REMEDY, Identifier::writtenOrQuoted);
        Provides provides = section.section("provides", PROVIDES_KEYS)
                .map(SchemaParser::provides)
                .orElse(Provides.NOTHING);
        Patience patience = patience();
        if (section.problems().size() > before) {
            return Optional.empty();
        }
        return Optional.of(new SchemaDefinition(up.orElseThrow(), down, owner, provides, patience, files));
    }

    private Optional<List<ScriptStatement>> script(String key, Optional<String> text) {
        return section.parsed(
                key,
                text,
                SCRIPT_REMEDY,
                written ->
                        ScriptStatement.of(FILE.matcher(written.strip()).matches() ? file(written.strip()) : written));
    }

    private String file(String name) {
        String sql = attachments.read(name);
        files.put(name, sql);
        return sql;
    }

    private static Provides provides(Section entry) {
        return new Provides(
                each(entry, "tables", TABLE_REMEDY, TableName::parseHere),
                each(entry, "columns", MEMBER_REMEDY, TableName.Member::parse),
                each(entry, "indexes", "write schema.index", TableName::parseHere),
                each(entry, "constraints", MEMBER_REMEDY, TableName.Member::parse));
    }

    private static <T> List<T> each(Section entry, String key, String remedy, Function<String, T> parser) {
        List<T> names = new ArrayList<>();
        entry.texts(key).forEach(text -> entry.parsed(key, Optional.of(text), remedy, parser)
                .ifPresent(names::add));
        return names;
    }

    private Patience patience() {
        Duration lockTimeout = duration("lock-timeout", Patience.DEFAULT.lockTimeout());
        if (lockTimeout.compareTo(LOCK_TIMEOUT_MAX) > 0) {
            section.problem(
                    "lock-timeout",
                    "a wait of more than " + LOCK_TIMEOUT_MAX.toSeconds() + " s",
                    "everybody who comes after a waiting statement waits as long as it does; more attempts do no harm");
        }
        Duration statementTimeout = duration("statement-timeout", Patience.DEFAULT.statementTimeout());
        int attempts = section.has("attempts")
                ? section.parsed("attempts", section.text("attempts"), ATTEMPTS_REMEDY, SchemaParser::attempts)
                        .orElse(1)
                : Patience.DEFAULT.attempts();
        return new Patience(lockTimeout, statementTimeout, attempts);
    }

    private static int attempts(String text) {
        int attempts = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (attempts < 1 || attempts > ATTEMPTS_MAX) {
            throw new IllegalArgumentException("'" + text + "' is no number of attempts");
        }
        return attempts;
    }

    private Duration duration(String key, Duration otherwise) {
        if (!section.has(key)) {
            return otherwise;
        }
        return section.parsed(key, section.text(key), DURATION_REMEDY, SchemaParser::duration)
                .orElse(otherwise);
    }

    private static Duration duration(String text) {
        Matcher written = DURATION.matcher(text.strip());
        if (!written.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration");
        }
        long number = Long.parseLong(written.group(1));
        Duration duration =
                switch (written.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "min" -> Duration.ofMinutes(number);
                    default -> Duration.ofHours(number);
                };
        if (duration.isZero() || duration.toDays() > 1) {
            throw new IllegalArgumentException("a duration must be more than nothing and at most a day");
        }
        return duration;
    }
}
