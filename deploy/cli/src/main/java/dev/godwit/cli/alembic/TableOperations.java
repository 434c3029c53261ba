package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.TableOperation.Kind;
import dev.godwit.cli.graph.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tables that {@code upgrade()} creates, drops, renames and uses, itself or through functions of the same file. Read from the text: names must be constants, a
 * condition around an operation is not looked at, and of SQL text only plain CREATE, ALTER and DROP TABLE are understood.
 */
final class TableOperations {
    /** Operations whose first argument is a table that must be there. */
    private static final Set<String> USES_FIRST =
            Set.of("add_column", "drop_column", "alter_column", "batch_alter_table");

    /** Operations whose second argument is. */
    private static final Set<String> USES_SECOND = Set.of(
            "create_index",
            "create_unique_constraint",
            "create_check_constraint",
            "create_primary_key",
            "create_exclude_constraint",
            "drop_constraint",
            "drop_index");

    private static final String UPGRADE = "upgrade";

    private final PythonModule module;
    private final String file;
    private final List<TableOperation> found = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    /** A function being read; a helper that it calls is read where it is called. */
    private record Frame(List<Token> words, int at) {}

    private final Deque<Frame> frames = new ArrayDeque<>();

    private TableOperations(PythonModule module, String file) {
        this.module = module;
        this.file = file;
    }

    /** @param file for places */
    static List<TableOperation> of(PythonModule module, String file) {
        TableOperations operations = new TableOperations(module, file);
        operations.enter(UPGRADE);
        operations.read();
        return List.copyOf(operations.found);
    }

    private void enter(String function) {
        List<Token> words = module.functions().get(function);
        if (words != null && seen.add(function)) {
            frames.push(new Frame(words, 0));
        }
    }

    private void read() {
        while (!frames.isEmpty()) {
            Frame frame = frames.pop();
            if (frame.at() + 1 < frame.words().size()) {
                frames.push(new Frame(frame.words(), frame.at() + 1));
                Token word = frame.words().get(frame.at());
                if (word.kind() == Token.Kind.NAME
                        && frame.words().get(frame.at() + 1).isOperator("(")) {
                    call(frame.words(), frame.at());
                }
            }
        }
    }

    private void call(List<Token> words, int at) {
        Token name = words.get(at);
        boolean isMember = at > 0 && words.get(at - 1).isOperator(".");
        boolean onOp = isMember && at > 1 && words.get(at - 2).isName("op");
        if (module.functions().containsKey(name.text()) && !isMember) {
            enter(name.text());
            return;
        }
        Place place = new Place(file, name.line());
        switch (name.text()) {
            case "create_table" -> change(Kind.CREATE, arguments(words, at), "table_name", place);
            case "drop_table" -> change(Kind.DROP, arguments(words, at), "table_name", place);
            case "rename_table" -> rename(arguments(words, at), place);
            case "execute" -> SqlTables.read(arguments(words, at).strings(), place, found);
            case "ForeignKey" -> foreignKey(arguments(words, at), place);
            default -> {
                if (onOp || !isMember) {
                    use(name.text(), words, at, place);
                }
            }
        }
    }

    private Call arguments(List<Token> words, int at) {
        return Call.at(words, at + 1, module.constants());
    }

    private void change(Kind kind, Call call, String argument, Place place) {
        table(call, call.text(0, argument), "schema")
                .ifPresent(table -> found.add(new TableOperation(kind, table, null, place)));
    }

    private void rename(Call call, Place place) {
        Optional<TableName> before = table(call, call.text(0, "old_table_name"), "schema");
        Optional<TableName> after = table(call, call.text(1, "new_table_name"), "schema");
        if (before.isPresent() && after.isPresent()) {
            found.add(new TableOperation(Kind.RENAME, before.get(), after.get(), place));
        }
    }

    /** {@code sa.ForeignKey("schema.table.column")}: the table is everything before the last dot. */
    private void foreignKey(Call call, Place place) {
        call.text(0, "column").ifPresent(target -> {
            int dot = target.lastIndexOf('.');
            if (dot > 0) {
                used(TableName.parse(target.substring(0, dot)), place);
            }
        });
    }

    private void use(String operation, List<Token> words, int at, Place place) {
        if (USES_FIRST.contains(operation)) {
            Call call = arguments(words, at);
            table(call, call.text(0, "table_name"), "schema").ifPresent(table -> used(table, place));
        } else if (USES_SECOND.contains(operation)) {
            Call call = arguments(words, at);
            table(call, call.text(1, "table_name"), "schema").ifPresent(table -> used(table, place));
        } else if (operation.equals("create_foreign_key")) {
            Call call = arguments(words, at);
            table(call, call.text(1, "source_table"), "source_schema").ifPresent(table -> used(table, place));
            table(call, call.text(2, "referent_table"), "referent_schema").ifPresent(table -> used(table, place));
        }
    }

    private void used(TableName table, Place place) {
        found.add(new TableOperation(Kind.USE, table, null, place));
    }

    /** Empty when the name, or a schema that is given, is no constant: then the file does not say which table it is. */
    private static Optional<TableName> table(Call call, Optional<String> name, String schemaArgument) {
        Optional<String> schema = call.text(-1, schemaArgument);
        boolean isUnknown =
                name.isEmpty() || (call.has(schemaArgument) && schema.isEmpty() && !call.isNone(schemaArgument));
        return isUnknown ? Optional.empty() : Optional.of(new TableName(schema.orElse(""), name.get()));
    }
}
