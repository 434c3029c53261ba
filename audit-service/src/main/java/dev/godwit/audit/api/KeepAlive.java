package dev.godwit.audit.api;

import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;

/** Comments among server-sent events: proxies do not cut a connection on which nothing else comes, and one that is gone is noticed. */
public final class KeepAlive {

    private static final Duration EVERY = Duration.ofSeconds(15);

    private KeepAlive() {}

    /** Events with comments between them, for as long as somebody listens. */
    public static Multi<OutboundSseEvent> among(Multi<OutboundSseEvent> events, Sse sse) {
        Multi<OutboundSseEvent> comments = Multi.createFrom()
                .ticks()
                .every(EVERY)
                .onOverflow()
                .drop()
                .map(tick -> sse.newEventBuilder().comment("keep-alive").build());
        return Multi.createBy().merging().streams(events, comments);
    }
}
