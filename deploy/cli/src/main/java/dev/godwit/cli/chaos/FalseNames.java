package dev.godwit.cli.chaos;

import dev.godwit.cli.stack.Detour;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The names that services and Connect know: their own machine's, and the one under which they reach PostgreSQL, which can be forgotten while they run.
 *
 * @param file in the form of {@code /etc/hosts}; nothing else is asked
 */
record FalseNames(Path file) {
    /** Of a domain that nobody can own. */
    static final String DATABASE = "postgres.godwit.test";

    private static final String LOOPBACK = "127.0.0.1";

    /** For a stack that is not there yet. */
    static FalseNames install(Path state) throws IOException {
        FalseNames names = new FalseNames(state.resolve("hosts"));
        names.know(true);
        return names;
    }

    /** The way to a port of loopback by the name. */
    Detour to(int port) {
        return new Detour(DATABASE, port, file.toString());
    }

    /** Whether the name leads anywhere. Whoever reads the file meanwhile finds one or the other. */
    void know(boolean known) throws IOException {
        Set<String> names = new LinkedHashSet<>(Set.of("localhost"));
        names.add(thisMachine());
        if (known) {
            names.add(DATABASE);
        }
        StringBuilder lines = new StringBuilder();
        names.forEach(name -> lines.append(LOOPBACK).append(' ').append(name).append('\n'));
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, lines);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Libraries ask for it when they start. */
    private static String thisMachine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
