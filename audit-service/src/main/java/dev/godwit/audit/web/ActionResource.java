package dev.godwit.audit.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.api.ProblemException;
import dev.godwit.audit.migration.MigrationClient;
import dev.godwit.audit.migration.RefusalException;
import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.RunRepository;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;

/** What operators ask of runs: first a question, then the command, handed to migration-service, which decides and records who asked. */
@Path("/runs/{id}")
@Produces(MediaType.TEXT_HTML)
public class ActionResource {

    /** Stands in for who asked where nobody has to say who he is. */
    private static final String ANONYMOUS = "dashboard";

    private static final int REASON_MAX = 500;

    /** The templates; a part of a page where a script asks, a whole page where none does. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance confirm(Run run, Action action, List<Preview> preview, String refusal);

        static native TemplateInstance question(Run run, Action action, List<Preview> preview, String refusal);

        static native TemplateInstance answered(Run run, Action action, String state, String refusal, String code);

        static native TemplateInstance answer(Run run, Action action, String state, String refusal, String code);
    }

    /** What a rollback would do to a table. */
    public record Preview(String table, long restored, long deleted, long left) {

        static Preview of(JsonNode row) {
            return new Preview(
                    row.path("table").asText(),
                    row.path("restored").asLong(),
                    row.path("deleted").asLong(),
                    row.path("left").asLong());
        }
    }

    private final RunRepository runs;
    private final MigrationClient migration;
    private final ObjectMapper json;

    ActionResource(RunRepository runs, MigrationClient migration, ObjectMapper json) {
        this.runs = runs;
        this.migration = migration;
        this.json = json;
    }

    @GET
    @Path("actions/{action}")
    @Operation(hidden = true)
    public Uni<TemplateInstance> ask(
            @RestPath String id, @RestPath String action, @RestHeader("HX-Request") String part) {
        Action asked = find(action);
        return runs.get(id).chain(run -> preview(run, asked)
                .map(preview -> question(part, run, asked, preview, null))
                .onFailure(RefusalException.class)
                .recoverWithItem(refusal -> question(part, run, asked, List.of(), refusal.getMessage())));
    }

    @POST
    @Path("actions/{action}")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Uni<TemplateInstance> act(
            @RestPath String id,
            @RestPath String action,
            @RestForm String reason,
            @RestHeader("HX-Request") String part,
            @Context SecurityContext who) {
        Action asked = find(action);
        return runs.get(id).chain(run -> migration
                .command(run.run(), asked.wireName(), data(asked, reason, requester(who)))
                .map(answer -> answer(part, run, asked, answer.path("state").asText(run.state()), null))
                .onFailure(RefusalException.class)
                .recoverWithItem(refusal -> answer(part, run, asked, null, refusal)));
    }

    private ObjectNode data(Action action, String reason, String requester) {
        ObjectNode data = json.createObjectNode().put("requestedBy", requester);
        String why = reason == null ? "" : reason.strip();
        if (!why.isEmpty()) {
            data.put("reason", why.substring(0, Math.min(REASON_MAX, why.length())));
        }
        if (action == Action.ROLLBACK) {
            data.put("commit", true);
        }
        return data;
    }

    /** The one place that says who asks. */
    private static String requester(SecurityContext who) {
        return who == null || who.getUserPrincipal() == null
                ? ANONYMOUS
                : Optional.ofNullable(who.getUserPrincipal().getName())
                        .filter(name -> !name.isBlank())
                        .orElse(ANONYMOUS);
    }

    private Uni<List<Preview>> preview(Run run, Action action) {
        return action == Action.ROLLBACK
                ? migration.previewRollback(run.run()).map(answer -> StreamSupport.stream(
                                answer.path("preview").spliterator(), false)
                        .map(Preview::of)
                        .toList())
                : Uni.createFrom().item(List.of());
    }

    private static TemplateInstance question(
            String part, Run run, Action action, List<Preview> preview, String refusal) {
        return part == null
                ? Pages.confirm(run, action, preview, refusal)
                : Pages.question(run, action, preview, refusal);
    }

    private static TemplateInstance answer(
            String part, Run run, Action action, String state, RefusalException refused) {
        String message = refused == null ? null : refused.getMessage();
        String code = refused == null ? null : refused.code();
        return part == null
                ? Pages.answered(run, action, state, message, code)
                : Pages.answer(run, action, state, message, code);
    }

    private static Action find(String name) {
        return Action.find(name)
                .orElseThrow(() -> ProblemException.notFound("unknown_action", "There is no action '" + name + "'."));
    }
}
