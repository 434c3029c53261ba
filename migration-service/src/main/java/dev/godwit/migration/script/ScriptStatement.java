package dev.godwit.migration.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A statement in its place.
 *
 * @param number from 1
 * @param concurrent what it is when it runs in no transaction block
 */
public record ScriptStatement(int number, SqlStatement sql, Optional<Concurrent> concurrent) {

    /**
     * All statements of a script.
     *
     * @throws ScriptException when it cannot be read, or one of them must not be there
     */
    public static List<ScriptStatement> of(String script) {
        List<ScriptStatement> statements = new ArrayList<>();
        for (SqlStatement sql : SqlScript.split(script)) {
            statements.add(new ScriptStatement(statements.size() + 1, sql, StatementKinds.concurrent(sql)));
        }
        return List.copyOf(statements);
    }

    /** What runs together from the statement with this number on: one that needs to be alone, or all up to the next such one. */
    public static List<ScriptStatement> together(List<ScriptStatement> statements, int from) {
        List<ScriptStatement> rest = statements.subList(from - 1, statements.size());
        if (rest.get(0).concurrent().isPresent()) {
            return List.of(rest.get(0));
        }
        return rest.stream()
                .takeWhile(statement -> statement.concurrent().isEmpty())
                .toList();
    }
}
