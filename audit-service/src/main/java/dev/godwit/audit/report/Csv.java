package dev.godwit.audit.report;

import dev.godwit.audit.run.Run;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Outcomes as RFC 4180 has it. Values are written exactly as they are: null and the empty text are told apart as nothing and {@code ""}. */
final class Csv {

    static final String HEADER = line(Stream.of(
            "run",
            "migration",
            "mode",
            "at",
            "lane",
            "stream",
            "sequence",
            "position",
            "command_id",
            "table",
            "key",
            "new_key",
            "outcome",
            "reason",
            "detail"));

    private static final String NEEDS_QUOTES = ",\"\r\n";

    private Csv() {}

    static String page(Run run, List<StoredOutcome> outcomes) {
        return outcomes.stream().map(outcome -> row(run, outcome)).collect(Collectors.joining());
    }

    private static String row(Run run, StoredOutcome outcome) {
        return line(Stream.of(
                run.run(),
                run.migration(),
                run.mode(),
                outcome.at().toString(),
                outcome.lane(),
                outcome.stream(),
                Long.toString(outcome.sequence()),
                Integer.toString(outcome.position()),
                outcome.commandId(),
                outcome.table(),
                outcome.key(),
                outcome.newKey(),
                outcome.outcome(),
                outcome.reason(),
                outcome.detail()));
    }

    static String line(Stream<String> values) {
        return values.map(Csv::field).collect(Collectors.joining(",", "", "\r\n"));
    }

    static String field(String value) {
        if (value == null) {
            return "";
        }
        boolean quoted = value.isEmpty()
                || value.chars().anyMatch(character -> NEEDS_QUOTES.indexOf(character) >= 0)
                || value.startsWith(" ")
                || value.endsWith(" ");
        return quoted ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }
}
