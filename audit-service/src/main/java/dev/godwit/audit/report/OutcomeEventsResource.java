package dev.godwit.audit.report;

import dev.godwit.audit.api.KeepAlive;
import dev.godwit.audit.api.Listeners;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Server-sent events of a run's outcomes. */
@Path("/api/runs/{id}/events")
@Tag(name = "live")
public class OutcomeEventsResource {

    private final OutcomeFeed feed;
    private final Listeners listeners;

    OutcomeEventsResource(OutcomeFeed feed, Listeners listeners) {
        this.feed = feed;
        this.listeners = listeners;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary =
                    "Events named 'outcome', each with an outcome as in /api/runs/{id}/outcomes: first those that are there, then every one that arrives, also of a run that nobody has heard of yet; none is left out, whoever reads slowly gets them later, and 'Last-Event-ID' goes on after one")
    public Multi<OutboundSseEvent> events(
            @RestPath String id,
            @RestQuery String outcome,
            @HeaderParam("Last-Event-ID") String last,
            @Context Sse sse) {
        ReportResource.requireKnown(outcome);
        Arrival after = Arrival.parse(last);
        return listeners.admit(KeepAlive.among(feed.listen(id, outcome, after).map(heard -> event(sse, heard)), sse));
    }

    private static OutboundSseEvent event(Sse sse, OutcomeFeed.Heard heard) {
        return sse.newEventBuilder()
                .name("outcome")
                .id(heard.at().text())
                .mediaType(MediaType.APPLICATION_JSON_TYPE)
                .data(heard.outcome())
                .build();
    }
}
