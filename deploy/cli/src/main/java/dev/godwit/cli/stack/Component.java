package dev.godwit.cli.stack;

/** Names of the processes, as they stand in stack.json. */
final class Component {
    static final String POSTGRES = "postgres";
    static final String KAFKA = "kafka";
    static final String CONNECT = "connect";
    static final String MIGRATION = "migration-service";
    static final String AUDIT = "audit-service";

    private Component() {}

    /** @param instance counted from 1; the first has no number */
    static String migration(int instance) {
        return instance == 1 ? MIGRATION : MIGRATION + "-" + instance;
    }
}
