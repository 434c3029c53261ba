package dev.godwit.migration.script;

import java.util.ArrayList;
import java.util.List;

/** Tells a script into its statements. Nothing of a statement is changed: its text is a part of the script. */
public final class SqlScript {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final String text;
    private final List<SqlStatement> statements = new ArrayList<>();
    private final List<Token> current = new ArrayList<>();
    private int brackets;
    private int blocks;

    private SqlScript(String text) {
        this.text = text;
    }

    /**
     * The statements in their order; a semicolon ends one unless it stands in quotes, comments, brackets or the body of a routine ({@code BEGIN ATOMIC … END}).
     *
     * @throws ScriptException when quotes, comments, brackets or bodies are not closed, or nothing but comments is there
     */
    public static List<SqlStatement> split(String text) {
        SqlScript script = new SqlScript(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
        Scanner.scan(script.text).forEach(script::take);
        script.end();
        return List.copyOf(script.statements);
    }

    private void take(Token token) {
        if (token.isSymbol(';') && brackets == 0 && blocks == 0) {
            finish();
            return;
        }
        if (token.isSymbol('(')) {
            brackets++;
        } else if (token.isSymbol(')') && --brackets < 0) {
            throw ScriptException.at(text, token.start(), "a bracket ) closes nothing");
        } else if (brackets == 0 && isRoutine()) {
            followBody(token);
        }
        current.add(token);
    }

    /** {@code CASE} ends with {@code END} too. After {@code AS} or a dot such a word is only a name. */
    private void followBody(Token token) {
        Token before = current.get(current.size() - 1);
        if (before.is("AS") || before.isSymbol('.')) {
            return;
        }
        if (blocks == 0 && token.is("ATOMIC") && before.is("BEGIN")) {
            blocks = 1;
        } else if (blocks > 0 && token.is("CASE")) {
            blocks++;
        } else if (blocks > 0 && token.is("END")) {
            blocks--;
        }
    }

    private boolean isRoutine() {
        if (current.size() < 2 || !current.get(0).is("CREATE")) {
            return false;
        }
        boolean replaces =
                current.size() > 3 && current.get(1).is("OR") && current.get(2).is("REPLACE");
        Token kind = current.get(replaces ? 3 : 1);
        return kind.is("FUNCTION") || kind.is("PROCEDURE");
    }

    private void finish() {
        if (!current.isEmpty()) {
            int start = current.get(0).start();
            int end = current.get(current.size() - 1).end();
            statements.add(new SqlStatement(text.substring(start, end), ScriptException.line(text, start), current));
            current.clear();
        }
    }

    private void end() {
        if (brackets > 0) {
            throw ScriptException.at(text, firstOpen(), "a bracket ( of this statement is never closed");
        }
        if (blocks > 0) {
            throw ScriptException.at(text, firstOpen(), "the body BEGIN ATOMIC of this statement has no END");
        }
        finish();
        if (statements.isEmpty()) {
            throw ScriptException.inLine(1, "there is no statement, only comments or blanks");
        }
    }

    private int firstOpen() {
        return current.get(0).start();
    }
}
