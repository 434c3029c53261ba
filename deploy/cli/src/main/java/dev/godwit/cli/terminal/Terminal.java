package dev.godwit.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The two streams of a command: results on standard output, everything said on the way on standard error. */
public final class Terminal {
    private static final ObjectMapper PRETTY = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final PrintStream out;
    private final PrintStream err;
    private final boolean interactive;

    public Terminal(PrintStream out, PrintStream err, boolean interactive) {
        this.out = out;
        this.err = err;
        this.interactive = interactive;
    }

    /** The process's own streams, in UTF-8 whatever the locale. */
    public static Terminal ofProcess() {
        // The script tells, since Java cannot ask about standard error alone.
        boolean console = Boolean.getBoolean("godwit.terminal");
        return new Terminal(
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                console);
    }

    /** A line of the result. */
    public void line(String text) {
        out.println(text);
    }

    /** A line for the reader that is no part of the result. */
    public void note(String text) {
        err.println(text);
    }

    /** The one object that a command with {@code --json} prints. */
    public void json(Object value) {
        try {
            out.println(PRETTY.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Standard output for bytes that are passed through. */
    public PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** True when a person watches, so that a line may be drawn over. */
    public boolean isInteractive() {
        return interactive;
    }
}
