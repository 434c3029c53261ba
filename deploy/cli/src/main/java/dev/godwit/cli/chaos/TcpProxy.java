package dev.godwit.cli.chaos;

import dev.godwit.cli.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A wire on loopback that can be cut: passes bytes on between its clients and one port. Whoever closes an end of a connection closes the other.
 *
 * <p>Failure semantics: a client that comes while the port does not answer, while {@link #refuse} holds, or before the wire leads anywhere, is closed at once.
 */
public final class TcpProxy implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int PATIENCE_SECONDS = 10;

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final NetServer server = vertx.createNetServer();
    private final Set<NetSocket> ends = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean refusing;
    private volatile boolean stalled;

    private TcpProxy() {}

    /** A wire that leads nowhere yet. */
    public static TcpProxy open() {
        TcpProxy proxy = new TcpProxy();
        proxy.server.connectHandler(proxy::accept);
        await(proxy.server.listen(0, LOOPBACK));
        return proxy;
    }

    /** The port of loopback at which its clients come in. */
    public int port() {
        return server.actualPort();
    }

    /** Leads to that port of loopback from now on; connections that there are stay. */
    public void lead(int to) {
        target = to;
    }

    private void accept(NetSocket near) {
        if (refusing || target == 0) {
            close(near);
            return;
        }
        near.pause();
        ends.add(near);
        near.closeHandler(closed -> ends.remove(near));
        client.connect(target, LOOPBACK).onSuccess(far -> join(near, far)).onFailure(refused -> close(near));
    }

    private void join(NetSocket near, NetSocket far) {
        if (!ends.contains(near)) {
            // It was cut, or went, before there was anything to join it with.
            close(far);
            return;
        }
        ends.add(far);
        far.closeHandler(closed -> part(far, near));
        near.closeHandler(closed -> part(near, far));
        pass(near, far);
        pass(far, near);
        if (stalled) {
            near.pause();
        } else {
            near.resume();
        }
    }

    private void pass(NetSocket from, NetSocket to) {
        from.exceptionHandler(reset -> close(from));
        from.handler(bytes -> {
            to.write(bytes);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(drained -> goOn(from));
            }
        });
    }

    private void goOn(NetSocket from) {
        if (!stalled) {
            from.resume();
        }
    }

    private void part(NetSocket closed, NetSocket other) {
        ends.remove(closed);
        close(other);
    }

    private static void close(NetSocket end) {
        end.close().onFailure(gone -> {});
    }

    /** Cuts every connection there is; new ones are let through. */
    public void cut() {
        ends.forEach(TcpProxy::close);
    }

    /** Cuts every connection, and lets none through until told otherwise. */
    public void refuse(boolean refuses) {
        refusing = refuses;
        if (refuses) {
            cut();
        }
    }

    /** Holds back every byte, in both directions, until told otherwise; connections stay open. */
    public void stall(boolean stalls) {
        stalled = stalls;
        ends.forEach(stalls ? NetSocket::pause : NetSocket::resume);
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private static void await(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw Failure.failed("the proxy: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }
}
