package dev.godwit.cli.chaos;

import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Detour;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackListener;
import dev.godwit.cli.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;

/** A stack whose services reach PostgreSQL by a wire that can be cut. */
public final class Wired {

    private Wired() {}

    /** Starts the stack; the wire leads to its server as soon as that is up, before anybody needs it. */
    public static Stack start(StackOptions options, TcpProxy wire) {
        return start(options, wire, Detour.by(wire.port()));
    }

    /** The same for services that come to the wire by a name. */
    static Stack start(StackOptions options, TcpProxy wire, FalseNames names) throws IOException {
        return start(options, wire, names.to(wire.port()));
    }

    private static Stack start(StackOptions options, TcpProxy wire, Detour detour) {
        return Stack.start(options.withDetour(detour), new StackListener() {
            @Override
            public void done(String component, String what, Duration took) {
                if (component.equals("postgres")) {
                    Stack.at(options.state())
                            .administrator()
                            .map(DatabaseUrl::port)
                            .ifPresent(wire::lead);
                }
            }

            @Override
            public void warn(String message) {}
        });
    }
}
