package dev.godwit.cli.stage;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Decides, statement by statement, what of a dump goes on and what does not; redirects what does. */
final class DumpInterpreter {
    private static final Set<String> IGNORED_COMMANDS = Set.of(
            "\\restrict",
            "\\unrestrict",
            "\\set",
            "\\unset",
            "\\pset",
            "\\echo",
            "\\qecho",
            "\\timing",
            "\\x",
            "\\encoding");
    private static final Pattern EXTENSION = Pattern.compile(
            "^create extension (?:if not exists )?(?<name>\"[^\"]*\"|\\S+)(?: with)?(?: schema (?<schema>\"[^\"]*\"|\\S+))?");
    private static final Pattern SCHEMA =
            Pattern.compile("^create schema (?:if not exists )?(?<name>\"(?:[^\"]|\"\")*\"|\\S+)");
    private static final Set<String> PRIVILEGES = Set.of("grant", "revoke", "alter default privileges");
    private static final int SHOWN = 60;

    private final DumpReader reader;
    private final SchemaNames names;
    private final DumpSink sink;
    private final StageTally tally;

    private String unqualified;

    /** @param into the schema in which unqualified names are looked for until the dump says otherwise */
    DumpInterpreter(DumpReader reader, SchemaNames names, String into, DumpSink sink, StageTally tally) {
        this.reader = reader;
        this.names = names;
        this.unqualified = into;
        this.sink = sink;
        this.tally = tally;
    }

    /**
     * Reads the dump to its end.
     *
     * @throws Failure with the line, when a statement is refused or fails
     */
    void interpret() throws IOException {
        for (Optional<DumpPiece> piece = reader.next(); piece.isPresent(); piece = reader.next()) {
            if (piece.get() instanceof DumpPiece.Sql sql) {
                statement(sql);
            } else if (piece.get() instanceof DumpPiece.Meta meta) {
                command(meta);
            }
        }
    }

    private void command(DumpPiece.Meta meta) {
        String command = meta.text().split("\\s", 2)[0];
        boolean connects = command.equals("\\connect") || command.equals("\\c");
        if (connects && tally.hasTables()) {
            throw refused(meta, "goes on with another database; stage one database at a time");
        }
        if (!connects && !IGNORED_COMMANDS.contains(command)) {
            throw refused(meta, "is a psql command that stage does not carry out: " + shown(meta.text()));
        }
    }

    private void statement(DumpPiece.Sql sql) throws IOException {
        Lead lead = Lead.of(sql.text());
        switch (lead.kind()) {
            case INSERT -> sink.insert(table(lead), redirected(sql), sql.line());
            case COPY -> sink.copy(table(lead), redirected(sql), sql.line(), reader);
            case STRUCTURE -> structure(sql, lead);
            case EXTRA -> sink.extra(lead.what(), lead.madeName(), redirected(sql), sql.line());
            case EXTENSION -> extension(sql, lead);
            case SCHEMA -> schema(sql, lead);
            case SEARCH_PATH -> searchPath(sql);
            case SETTING -> setting(sql);
            case LEFT_OUT -> leftOut(lead);
            case SKIPPED -> {}
            case REFUSED -> throw refused(sql, "is no statement that stage carries out: " + shown(sql.text()));
        }
    }

    private void structure(DumpPiece.Sql sql, Lead lead) {
        sink.structure(redirected(sql), sql.line());
        if (lead.what().equals("table")) {
            tally.table(table(lead));
        }
    }

    private void extension(DumpPiece.Sql sql, Lead lead) {
        String name = Lead.group(EXTENSION, lead.words(), "name").orElse("");
        String schema = Lead.group(EXTENSION, lead.words(), "schema").orElse("public");
        sink.extension(name, schema, names, sql.line());
    }

    private void schema(DumpPiece.Sql sql, Lead lead) {
        String schema = Lead.group(SCHEMA, lead.words(), "name").orElse("");
        if (names.target(schema).isEmpty()) {
            throw Failure.usage("line " + sql.line() + ": the dump has schema " + schema
                    + " too; say where it goes: --also " + SchemaNames.quoted(schema) + "=NAME");
        }
    }

    private void searchPath(DumpPiece.Sql sql) {
        List<String> schemas = SearchPath.of(sql.text(), names, sql.line());
        sink.searchPath(schemas, sql.line());
        unqualified = schemas.isEmpty() ? "" : schemas.get(0);
    }

    private void setting(DumpPiece.Sql sql) {
        SettingStatement setting = SettingStatement.of(sql.text());
        if (setting.mustBeObeyed(sql.line())) {
            sink.structure(sql.text(), sql.line());
        } else if (!setting.isOrdinary()) {
            tally.leftOut("setting", setting.name());
        }
    }

    private String redirected(DumpPiece.Sql sql) {
        try {
            return Redirection.of(sql.text(), names);
        } catch (Failure failure) {
            throw Failure.of(failure.exitCode(), failure.code(), "line " + sql.line() + " " + failure.getMessage());
        }
    }

    private String table(Lead lead) {
        return lead.schema().flatMap(names::target).orElse(unqualified) + "." + lead.table();
    }

    private void leftOut(Lead lead) {
        if (PRIVILEGES.contains(lead.what())) {
            tally.leftOut("privilege", "");
        } else {
            tally.leftOut(lead.what(), lead.madeName());
        }
    }

    private static Failure refused(DumpPiece piece, String why) {
        return Failure.of(ExitCode.REFUSED, "statement_refused", "line " + piece.line() + " " + why);
    }

    private static String shown(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
    }
}
