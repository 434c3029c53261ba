package dev.godwit.cli.chaos;

import java.util.Optional;

/**
 * One way of breaking something.
 *
 * @param name as it is called on the command line and in reports
 * @param obstacle why it cannot be done here; empty when it can
 * @param harm breaks it; returns when it is broken
 * @param relief takes back what a start of the missing processes does not
 */
record Fault(String name, Optional<String> obstacle, Act harm, Act relief) {

    /** Something done to the stack. */
    interface Act {
        void run() throws Exception;
    }

    /** Nothing to take back: what is missing is started again. */
    static Fault of(String name, Act harm) {
        return new Fault(name, Optional.empty(), harm, () -> {});
    }

    static Fault of(String name, Act harm, Act relief) {
        return new Fault(name, Optional.empty(), harm, relief);
    }

    /** The same, but it cannot be done here. */
    Fault without(String means) {
        return new Fault(name, Optional.of(means), harm, relief);
    }
}
