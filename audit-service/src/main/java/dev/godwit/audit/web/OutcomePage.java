package dev.godwit.audit.web;

import dev.godwit.audit.api.ProblemException;
import dev.godwit.audit.report.OutcomeCursor;
import dev.godwit.audit.report.OutcomePages;
import dev.godwit.audit.report.StoredOutcome;
import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.trail.Outcome;
import dev.godwit.audit.trail.Tally;
import dev.godwit.audit.trail.TrailRepository;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** The outcomes of a run, filtered and page by page. */
@Path("/runs/{id}")
@Produces(MediaType.TEXT_HTML)
public class OutcomePage {

    private static final int SHOWN = 50;

    /** The template, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance outcomes(Run run, Choice choice, List<StoredOutcome> found, String next);
    }

    /**
     * What is asked for, and what can be asked for.
     *
     * @param outcome null for all, as are reason and table
     * @param total how many the filter lets through, as the trail has counted them
     */
    public record Choice(
            String outcome,
            String reason,
            String table,
            List<String> kinds,
            List<String> reasons,
            List<String> tables,
            long total,
            boolean first) {

        /** The same filter, as an address has it. */
        public String query() {
            return "outcome=" + text(outcome) + "&reason=" + text(reason) + "&table=" + text(table);
        }

        private static String text(String chosen) {
            return chosen == null ? "" : Formats.urlPart(chosen);
        }

        static Choice of(String outcome, String reason, String table, boolean first, List<Tally> tallies) {
            return new Choice(
                    outcome,
                    reason,
                    table,
                    Outcome.KINDS,
                    tallies.stream()
                            .map(Tally::reason)
                            .filter(Objects::nonNull)
                            .distinct()
                            .sorted()
                            .toList(),
                    tallies.stream().map(Tally::table).distinct().sorted().toList(),
                    tallies.stream()
                            .filter(tally -> outcome == null || tally.outcome().equals(outcome))
                            .filter(tally -> reason == null || reason.equals(tally.reason()))
                            .filter(tally -> table == null || tally.table().equals(table))
                            .mapToLong(Tally::count)
                            .sum(),
                    first);
        }
    }

    private final RunRepository runs;
    private final TrailRepository trail;
    private final OutcomePages pages;

    OutcomePage(RunRepository runs, TrailRepository trail, OutcomePages pages) {
        this.runs = runs;
        this.trail = trail;
        this.pages = pages;
    }

    @GET
    @Path("outcomes")
    @Operation(hidden = true)
    public Uni<RestResponse<TemplateInstance>> outcomes(
            @RestPath String id,
            @RestQuery String outcome,
            @RestQuery String reason,
            @RestQuery String table,
            @RestQuery String after) {
        OutcomePages.Filter filter = new OutcomePages.Filter(id, given(outcome), given(reason), given(table));
        OutcomeCursor cursor = OutcomeCursor.parse(given(after));
        return runs.get(id)
                .chain(run -> trail.tallies(id)
                        .map(tallies -> Choice.of(
                                filter.outcome(), filter.reason(), filter.table(), given(after) == null, tallies))
                        .chain(choice -> pages.page(filter, cursor, SHOWN).map(found -> page(run, choice, found))))
                .map(RestResponse::ok)
                .onFailure(ProblemException.class)
                .recoverWithItem(() -> RunPage.missing(id));
    }

    private static TemplateInstance page(Run run, Choice choice, OutcomePages.Page found) {
        return Pages.outcomes(
                run,
                choice,
                found.outcomes(),
                found.next().map(OutcomeCursor::text).orElse(null));
    }

    /** An empty field of a form is none. */
    private static String given(String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
