package dev.godwit.cli.stage;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which statements of a dump are done, and how. The first rule that fits decides; what none fits is refused, so that a statement that nobody thought of
 * never runs.
 *
 * @param pattern over {@link Lead#words}; a group {@code what} names the kind of object for the report
 */
record StatementRule(Pattern pattern, StatementKind kind) {
    private static final String NOT_LOADED = "(?<what>event trigger|trigger|rule|policy|publication|subscription|server"
            + "|foreign data wrapper|foreign table|user mapping|cast|operator class|operator family|operator"
            + "|text search \\w+|transform|language|conversion|access method)\\b";

    private static final List<StatementRule> RULES = Stream.of(
                    rules(StatementKind.INSERT, "^insert into .*"),
                    rules(StatementKind.COPY, "^copy (?!.*\\bbinary\\b).* from stdin"),
                    rules(
                            StatementKind.SKIPPED,
                            "^(?:create|alter) (?:database|role|user(?! mapping)|group|tablespace)\\b",
                            "^(?:begin|start transaction|commit|analyze|analyse|vacuum|drop|discard|reset)\\b",
                            "^alter .* owner to ",
                            "^alter (?:extension|schema)\\b",
                            "^comment on (?:schema|extension|database|role)\\b",
                            "^alter table .* (?:replica identity|cluster on|set without cluster|drop constraint)\\b"),
                    rules(
                            StatementKind.LEFT_OUT,
                            "^(?:create(?: or replace)?|alter|comment on)(?: constraint| trusted| procedural)* "
                                    + NOT_LOADED,
                            "^alter table .* (?:enable|disable|force|no force) (?:always |replica )?(?<what>row level security"
                                    + "|trigger|rule)\\b",
                            "^(?<what>security label)\\b",
                            "^(?<what>grant|revoke|alter default privileges)\\b"),
                    rules(StatementKind.EXTENSION, "^create (?<what>extension)\\b"),
                    rules(StatementKind.SCHEMA, "^create (?<what>schema)\\b"),
                    rules(
                            StatementKind.STRUCTURE,
                            "^create (?:unlogged )?(?<what>table|type|domain|sequence|collation)\\b",
                            "^alter (?:table|sequence|type|domain)\\b",
                            "^select (?:pg_catalog \\. )?setval \\("),
                    rules(
                            StatementKind.EXTRA,
                            "^create(?: or replace)?(?: recursive| unique)* (?<what>function|procedure|aggregate|view"
                                    + "|materialized view|index|statistics)\\b",
                            "^(?:alter|refresh|comment on) (?<what>function|procedure|aggregate|materialized view|view|index"
                                    + "|statistics|collation)\\b",
                            "^(?<what>comment) on\\b"),
                    rules(
                            StatementKind.SEARCH_PATH,
                            "^set (?:session |local )?search_path\\b",
                            "^select (?:pg_catalog \\. )?set_config \\( 'search_path'"),
                    rules(StatementKind.SETTING, "^set "))
            .flatMap(rules -> rules)
            .toList();

    /** What the statement that begins with these words is. */
    static Lead lead(String words) {
        for (StatementRule rule : RULES) {
            Matcher found = rule.pattern.matcher(words);
            if (found.find()) {
                boolean named = rule.pattern.pattern().contains("(?<what>");
                return new Lead(words, rule.kind, named ? found.group("what") : "");
            }
        }
        return new Lead(words, StatementKind.REFUSED, "");
    }

    private static Stream<StatementRule> rules(StatementKind kind, String... patterns) {
        return Arrays.stream(patterns)
                .map(pattern -> new StatementRule(Pattern.compile(pattern, Pattern.DOTALL), kind));
    }
}
