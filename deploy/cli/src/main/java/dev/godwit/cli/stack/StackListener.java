package dev.godwit.cli.stack;

import java.time.Duration;

/** Hears what a start or a stop is doing. Called from several threads. */
public interface StackListener {
    /** Hears nothing. */
    StackListener SILENT = new StackListener() {
        @Override
        public void done(String component, String what, Duration took) {}

        @Override
        public void warn(String message) {}
    };

    /** A component has been started, found running or stopped. */
    void done(String component, String what, Duration took);

    /** Something that the user should know, although the start goes on. */
    void warn(String message);
}
