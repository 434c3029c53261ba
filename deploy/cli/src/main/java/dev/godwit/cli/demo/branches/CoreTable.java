package dev.godwit.cli.demo.branches;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tables of the core branch, which the application writes to; of the columns, those that it knows. */
enum CoreTable {
    ACCOUNTS("id, name, created_at"),
    USERS("id, account_id, email"),
    PROJECTS("id, account_id, title"),
    DOCUMENTS("id, project_id, title"),
    DOCUMENT_VERSIONS("id, document_id, number, body"),
    TAGS("id, project_id, word");

    private final String columns;

    CoreTable(String columns) {
        this.columns = columns;
    }

    String table() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Checksum of a row, whatever columns others have added. */
    String sum() {
        return "md5(ROW(" + columns + ")::text)";
    }

    /** Parameters are the values of the columns; answers the row's checksum. */
    String insert() {
        String values = Arrays.stream(columns.split(", "))
                .map(column -> column.equals("created_at") ? "clock_timestamp()" : "?")
                .collect(Collectors.joining(", "));
        return "INSERT INTO public." + table() + " (" + columns + ") VALUES (" + values + ") RETURNING " + sum();
    }

    /** Checksums of all rows, with their ids. */
    String read() {
        return "SELECT id::text AS id, " + sum() + " AS sum FROM public." + table();
    }

    /** One checksum of all rows, with whatever columns there are. */
    String checksum() {
        return "SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY id)), '') FROM public." + table() + " AS t";
    }
}
