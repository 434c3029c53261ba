package dev.godwit.audit.report;

import dev.godwit.audit.api.ProblemException;
import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.trail.Outcome;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Reports over REST. */
@Path("/api/runs")
@Tag(name = "reports")
public class ReportResource {

    /** One page of outcomes; {@code next} is null on the last. */
    public record OutcomePage(List<StoredOutcome> outcomes, String next) {}

    private final RunRepository runs;
    private final ReportService reports;
    private final OutcomePages pages;
    private final PrintedReport printed;
    private final ReportQueries queries;

    ReportResource(
            RunRepository runs,
            ReportService reports,
            OutcomePages pages,
            PrintedReport printed,
            ReportQueries queries) {
        this.queries = queries;
        this.runs = runs;
        this.reports = reports;
        this.pages = pages;
        this.printed = printed;
    }

    @GET
    @Path("/{id}/report")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary =
                    "What the run did, whether the trail of it is complete, and whether its chains held when they came in",
            description = "?format=csv asks for CSV, ?format=html for a page to print.")
    public Uni<Report> report(@RestPath String id) {
        return reports.report(id);
    }

    @GET
    @Path("/{id}/report")
    @Produces("text/csv")
    @Operation(summary = "Every outcome of the run as CSV, streamed")
    public Multi<String> csv(@RestPath String id) {
        return RestMulti.fromUniResponse(
                runs.get(id).chain(run -> queries.letGo(id).map(letGo -> new Listed(run, Optional.ofNullable(letGo)))),
                listed -> rows(listed.run()),
                Listed::headers);
    }

    /** A run whose outcomes are listed, and what is not kept of them. */
    private record Listed(Run run, Optional<Report.LetGo> letGo) {

        Map<String, List<String>> headers() {
            Map<String, List<String>> headers = new HashMap<>();
            headers.put("Content-Disposition", List.of("attachment; filename=\"" + safe(run.run()) + ".csv\""));
            letGo.ifPresent(gone -> headers.put(
                    "Godwit-Let-Go",
                    List.of(gone.outcomes() + " outcomes of before " + gone.before() + " at " + gone.at())));
            return headers;
        }
    }

    @GET
    @Path("/{id}/report")
    @Produces(MediaType.TEXT_HTML)
    @Operation(summary = "The report as a page to print, with every conflict, failure and divergence, streamed")
    public Multi<String> html(@RestPath String id) {
        return RestMulti.fromUniResponse(reports.report(id), printed::pages, report -> Map.of());
    }

    @GET
    @Path("/{id}/outcomes")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary =
                    "Outcomes in the order in which they arrived, page by page, as the trail stood when the first page was asked for")
    public Uni<OutcomePage> outcomes(
            @RestPath String id,
            @RestQuery String outcome,
            @RestQuery String reason,
            @RestQuery String table,
            @RestQuery String since,
            @RestQuery String until,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1_000) int limit) {
        requireKnown(outcome);
        OutcomeCursor cursor = OutcomeCursor.parse(after);
        OutcomePages.Filter filter =
                new OutcomePages.Filter(id, outcome, reason, table, time("since", since), time("until", until));
        return runs.get(id).chain(run -> pages.page(filter, cursor, limit)).map(ReportResource::toPage);
    }

    static void requireKnown(String outcome) {
        if (outcome != null && !Outcome.KINDS.contains(outcome)) {
            throw ProblemException.badRequest(
                    "unknown_outcome", "'outcome' is one of " + String.join(", ", Outcome.KINDS) + ".");
        }
    }

    private static Instant time(String name, String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw ProblemException.badRequest("bad_time", "'" + name + "' is a time such as 2026-11-21T10:00:00Z.");
        }
    }

    private Multi<String> rows(Run run) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item(Csv.HEADER),
                        pages.all(OutcomePages.Filter.of(run.run(), null)).map(page -> Csv.page(run, page)));
    }

    private static OutcomePage toPage(OutcomePages.Page page) {
        return new OutcomePage(
                page.outcomes(), page.next().map(OutcomeCursor::text).orElse(null));
    }

    static String safe(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
