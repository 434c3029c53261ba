package dev.godwit.cli.stack;

/**
 * The way by which services and Connect reach the embedded server in place of the straight one.
 *
 * @param host address or name
 * @param port a proxy's
 * @param hosts path of a file in the form of {@code /etc/hosts}, the only place in which they look for names; or null: they ask the machine
 */
public record Detour(String host, int port, String hosts) {

    /** By another port of loopback. */
    public static Detour by(int port) {
        return new Detour(Ports.LOOPBACK, port, null);
    }
}
