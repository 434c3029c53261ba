package dev.godwit.audit.report;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Groups over REST. */
@Path("/api/runs/{id}/groups")
@Tag(name = "reports")
public class GroupResource {

    /** One page of groups; {@code columns} are none where the definition groups by nothing, {@code next} is null on the last page. */
    public record GroupPage(List<String> columns, long number, List<RunGroups.Counted> groups, String next) {}

    private static final RunGroups NONE = new RunGroups(List.of(), 0, List.of());

    private final RunRepository runs;
    private final GroupPages pages;

    GroupResource(RunRepository runs, GroupPages pages) {
        this.runs = runs;
        this.pages = pages;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary =
                    "The run's entities counted by groups of values of the columns that the definition's summary names, the largest first, page by page",
            description = "?format=csv asks for all of them as CSV.")
    public Uni<GroupPage> groups(
            @RestPath String id,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(1_000) int limit) {
        GroupCursor cursor = GroupCursor.parse(after);
        return runs.get(id).chain(run -> pages.head(id)).chain(head -> pages.page(id, cursor, limit + 1)
                .map(found -> page(head.orElse(NONE), found, limit)));
    }

    private static GroupPage page(RunGroups head, List<GroupPages.Placed> found, int limit) {
        List<RunGroups.Counted> groups =
                found.stream().limit(limit).map(GroupPages.Placed::group).toList();
        String next = found.size() > limit ? found.get(limit - 1).cursor().text() : null;
        return new GroupPage(head.columns(), head.number(), groups, next);
    }

    @GET
    @Produces("text/csv")
    @Operation(summary = "Every group of the run as CSV, streamed")
    public Multi<String> csv(@RestPath String id) {
        return RestMulti.fromUniResponse(
                runs.get(id).chain(run -> pages.head(id)),
                head -> rows(id, head),
                head -> Map.of(
                        "Content-Disposition",
                        List.of("attachment; filename=\"" + ReportResource.safe(id) + "-groups.csv\"")));
    }

    private Multi<String> rows(String id, Optional<RunGroups> head) {
        List<String> columns = new ArrayList<>(head.orElse(NONE).columns());
        int width = columns.size();
        columns.add("known");
        columns.addAll(Outcome.KINDS);
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item(Csv.line(columns.stream())),
                        pages.all(id).map(page -> page.stream()
                                .map(group -> Csv.line(row(group, width).stream()))
                                .collect(Collectors.joining())));
    }

    private static List<String> row(RunGroups.Counted group, int width) {
        List<String> row = new ArrayList<>(width + 1 + Outcome.KINDS.size());
        for (int i = 0; i < width; i++) {
            row.add(group.values() == null ? null : group.values().get(i));
        }
        row.add(Boolean.toString(group.values() != null));
        group.counts().values().forEach(count -> row.add(Long.toString(count)));
        return row;
    }
}
