package dev.godwit.audit.live;

import dev.godwit.audit.api.KeepAlive;
import dev.godwit.audit.api.Listeners;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Server-sent events. */
@Path("/api/events")
@Tag(name = "live")
public class EventsResource {

    private final LiveFeed feed;
    private final Listeners listeners;

    EventsResource(LiveFeed feed, Listeners listeners) {
        this.feed = feed;
        this.listeners = listeners;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary =
                    "Events named 'run', each with a run as in /api/runs: first the newest runs as they are, then every change; a reader that is slow misses states that have passed, which a comment says, never the present one")
    public Multi<OutboundSseEvent> events(@Context Sse sse) {
        return listeners.admit(KeepAlive.among(feed.watch().map(told -> event(sse, told)), sse));
    }

    private static OutboundSseEvent event(Sse sse, Watcher.Told told) {
        OutboundSseEvent.Builder event = sse.newEventBuilder()
                .name("run")
                .id(told.run().run() + "@" + told.run().version())
                .mediaType(MediaType.APPLICATION_JSON_TYPE)
                .data(told.run());
        if (told.skipped() > 0) {
            event.comment("skipped " + told.skipped()
                    + " looks: the reader was slow, and states that have passed are left out");
        }
        return event.build();
    }
}
