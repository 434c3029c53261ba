package dev.godwit.migration.script;

/** A script that cannot be told into statements, or holds one that has no place in it; the message is for its author. */
public final class ScriptException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private ScriptException(String message) {
        super(message);
    }

    static ScriptException at(String script, int offset, String message) {
        return inLine(line(script, offset), message);
    }

    static ScriptException inLine(int line, String message) {
        return new ScriptException("line " + line + ": " + message);
    }

    static int line(String script, int offset) {
        return 1
                + (int) script.substring(0, Math.min(offset, script.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }
}
