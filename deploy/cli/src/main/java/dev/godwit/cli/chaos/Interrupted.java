package dev.godwit.cli.chaos;

import java.io.IOException;

/** Takes a stack away with the command that began it, also when that is interrupted: its processes are the stack's own and would live on, and so would its disk in memory. */
final class Interrupted implements AutoCloseable {
    private final Thread hook;

    private Interrupted(Thread hook) {
        this.hook = hook;
    }

    /** Something that takes a while, and may fail. */
    interface End {
        void run() throws IOException;
    }

    static Interrupted ends(End end) {
        Thread hook = new Thread(
                () -> {
                    try {
                        end.run();
                    } catch (IOException | RuntimeException leftOver) {
                        System.err.println(
                                "what is left of the stack goes with the next run: " + leftOver.getMessage());
                    }
                },
                "chaos-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interrupted(hook);
    }

    /** The command ends by itself. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // The hook is at work.
        }
    }
}
