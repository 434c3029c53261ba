package dev.godwit.migration.plan;

import dev.godwit.migration.definition.TableName;
import java.util.regex.Pattern;

/** Entries of a definition's list {@code references}, as YAML in one line. */
final class ReferenceLine {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$.]*");
    private static final Pattern AMBIGUOUS = Pattern.compile("(?i)true|false|null|y|n|yes|no|on|off");

    private ReferenceLine() {}

    static String column(TableName table, String column) {
        return "{" + head(table, column) + "}";
    }

    static String path(TableName table, String column, String path) {
        return "{" + head(table, column) + ", path: " + scalar(path) + "}";
    }

    static String pattern(TableName table, String column, String pattern) {
        return "{" + head(table, column) + ", pattern: " + quoted(pattern) + "}";
    }

    private static String head(TableName table, String column) {
        boolean looksQuoted = column.length() > 1 && column.startsWith("\"") && column.endsWith("\"");
        String name = looksQuoted ? '"' + column.replace("\"", "\"\"") + '"' : column;
        return "table: " + scalar(table.toString()) + ", column: " + scalar(name);
    }

    private static String scalar(String text) {
        return PLAIN.matcher(text).matches() && !AMBIGUOUS.matcher(text).matches() ? text : quoted(text);
    }

    private static String quoted(String text) {
        StringBuilder yaml = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> yaml.append("\\\"");
                case '\\' -> yaml.append("\\\\");
                case '\n' -> yaml.append("\\n");
                case '\t' -> yaml.append("\\t");
                case '\r' -> yaml.append("\\r");
                default -> {
                    if (Character.isISOControl(c) || c == 0xFEFF || !Character.isDefined(c)) {
                        yaml.append(String.format("\\U%08X", c));
                    } else {
                        yaml.appendCodePoint(c);
                    }
                }
            }
        });
        return yaml.append('"').toString();
    }
}
