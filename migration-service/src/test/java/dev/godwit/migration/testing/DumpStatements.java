package dev.godwit.migration.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a plain SQL dump into statements: semicolons count outside quotes, dollar quotes and comments only; psql's backslash lines are dropped. */
final class DumpStatements {

    private static final Pattern TOKEN = Pattern.compile(
            "(?<string>'(?:[^']|'')*+')" // standard_conforming_strings is on in every dump
                    + "|(?<name>\"(?:[^\"]|\"\")*+\")"
                    + "|(?<comment>--[^\\n]*+)"
                    + "|(?<block>/\\*(?:[^*]|\\*(?!/))*+\\*/)"
                    + "|(?<dollar>\\$[A-Za-z_]?\\w*+\\$)"
                    + "|(?<end>;)"
                    + "|(?<meta>(?m:^\\\\[^\\n]*+))"
                    + "|[^'\"\\-/$;\\\\]++|.",
            Pattern.DOTALL);

    private DumpStatements() {}

    static List<String> split(String dump) {
        List<String> statements = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        Matcher matcher = TOKEN.matcher(dump);
        int at = 0;
        while (matcher.find(at)) {
            at = matcher.end();
            if (matcher.group("end") != null) {
                add(statements, current);
            } else if (matcher.group("dollar") != null) {
                int close = dump.indexOf(matcher.group(), at);
                int end = close < 0 ? dump.length() : close + matcher.group().length();
                current.append(dump, matcher.start(), end);
                at = end;
            } else if (matcher.group("comment") == null && matcher.group("meta") == null) {
                current.append(matcher.group());
            }
        }
        add(statements, current);
        return statements;
    }

    private static void add(List<String> statements, StringBuilder current) {
        if (!current.toString().isBlank()) {
            statements.add(current.toString().strip());
        }
        current.setLength(0);
    }
}
