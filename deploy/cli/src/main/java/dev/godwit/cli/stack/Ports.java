package dev.godwit.cli.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/** The ports of one stack: a block of consecutive numbers, all on loopback. */
record Ports(int base) {
    static final String LOOPBACK = "127.0.0.1";
    /** Ports in one block. */
    static final int BLOCK = 20;

    static final int MAX_INSTANCES = 10;
    /** Below the range that systems hand out to clients, so that an outgoing connection cannot sit on one of ours. */
    static final int DEFAULT_BASE = 17000;

    static final int LAST_BASE = 29000;

    int postgres() {
        return base;
    }

    int kafka() {
        return base + 1;
    }

    int kafkaController() {
        return base + 2;
    }

    int connect() {
        return base + 3;
    }

    int audit() {
        return base + 4;
    }

    /** @param instance counted from 1 */
    int migration(int instance) {
        return base + 9 + instance;
    }

    /** Ports that a stack with so many instances uses, by process. */
    Map<String, Integer> used(int instances) {
        Map<String, Integer> all = new LinkedHashMap<>();
        all.put(Component.POSTGRES, postgres());
        all.put(Component.KAFKA, kafka());
        all.put(Component.KAFKA + " controller", kafkaController());
        all.put(Component.CONNECT, connect());
        for (int i = 1; i <= instances; i++) {
            all.put(Component.migration(i), migration(i));
        }
        all.put(Component.AUDIT, audit());
        return all;
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException busy) {
            return false;
        }
    }
}
