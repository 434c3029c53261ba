package dev.godwit.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the outcomes of a run from the audit report's CSV, row by row. */
public final class AuditTrail {

    /** One outcome of one row. */
    public record Outcome(String lane, String table, String key, String newKey, String outcome, String reason) {}

    private AuditTrail() {}

    /** Tells every outcome to the reader; the stream is left at its end. */
    public static void read(InputStream csv, Consumer<Outcome> reader) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(csv, StandardCharsets.UTF_8));
        List<String> heading = record(in);
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < heading.size(); i++) {
            columns.put(heading.get(i), i);
        }
        for (List<String> row = record(in); !row.isEmpty(); row = record(in)) {
            reader.accept(new Outcome(
                    row.get(columns.get("lane")),
                    row.get(columns.get("table")),
                    row.get(columns.get("key")),
                    row.get(columns.get("new_key")),
                    row.get(columns.get("outcome")),
                    row.get(columns.get("reason"))));
        }
    }

    /** The next record as RFC 4180 has it; empty at the end. */
    private static List<String> record(Reader in) throws IOException {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int c = in.read(); c >= 0; c = in.read()) {
            any = true;
            if (c == '"') {
                // A doubled quote closes and opens again; what is between is one quote.
                if (!quoted && field.length() > 0) {
                    field.append('"');
                }
                quoted = !quoted;
            } else if (quoted || (c != ',' && c != '\r' && c != '\n')) {
                field.append((char) c);
            } else if (c == ',') {
                fields.add(field.toString());
                field.setLength(0);
            } else if (c == '\n') {
                break;
            }
        }
        if (any) {
            fields.add(field.toString());
        }
        return fields;
    }
}
