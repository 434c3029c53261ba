package dev.godwit.audit.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.audit.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** A run as pages show it. */
public record RunView(Run run) {

    private static final Set<String> AT_WORK =
            Set.of("planning", "backfilling", "following", "verifying", "cancelling", "rolling-back");

    /** The phase in which few large chunks say less than the entities that are done. */
    private static final String BACKFILL = "backfill";

    private static final Set<String> UNDONE = Set.of("cancelled", "rolled-back");

    /** Name of the style of the state's badge: at-work, done, undone, waiting, bad. */
    public String tone() {
        if (AT_WORK.contains(run.state())) {
            return "at-work";
        }
        if (run.state().equals("failed")) {
            return "bad";
        }
        if (UNDONE.contains(run.state())) {
            return "undone";
        }
        return run.isEnded() ? "done" : "waiting";
    }

    /** Whether something is going on. */
    public boolean isAtWork() {
        return AT_WORK.contains(run.state());
    }

    /** Whether nobody knows yet how much there is to do. */
    public boolean isUnmeasured() {
        return !run.isEnded() && number("entitiesEstimated") <= 0 && number("chunksTotal") <= 0;
    }

    /** How far, 0 to 100. Estimates may be short of the truth: a run that goes on never shows 100. */
    public int percent() {
        if (run.isEnded()) {
            return 100;
        }
        double chunks = share("chunksDone", "chunksTotal");
        boolean entitiesTell = number("chunksTotal") <= 0 || BACKFILL.equals(text("phase"));
        double passed = entitiesTell ? Math.max(chunks, share("entitiesDone", "entitiesEstimated")) : chunks;
        return (int) Math.max(0, Math.min(99, Math.floor(100 * passed)));
    }

    private double share(String done, String total) {
        return number(total) <= 0 ? 0 : number(done) / number(total);
    }

    /** Entities done so far. */
    public String done() {
        return Formats.count((long) number("entitiesDone"));
    }

    /** Entities there are, estimated; null while unknown. */
    public String estimated() {
        return number("entitiesEstimated") <= 0 ? null : Formats.count((long) number("entitiesEstimated"));
    }

    /** Entities per second while at work; null otherwise. */
    public String rate() {
        return ratePerSecond() <= 0 ? null : Formats.count(Math.round(ratePerSecond())) + "/s";
    }

    double ratePerSecond() {
        return isAtWork() ? number("ratePerSecond") : 0;
    }

    /** Time left while at work; null where unknown. */
    public String eta() {
        JsonNode eta = progress("etaSeconds");
        return !isAtWork() || eta == null || eta.isNull()
                ? null
                : Formats.duration(Duration.ofSeconds((long) Math.ceil(eta.asDouble())));
    }

    /** How far the tail is behind the application; null where unknown. */
    public String lag() {
        return lagMillis() == null ? null : Formats.count(lagMillis()) + " ms";
    }

    Long lagMillis() {
        JsonNode lag = progress("tailLagMillis");
        return !isAtWork() || lag == null || lag.isNull() ? null : Long.valueOf(lag.asLong());
    }

    /** What it does right now; null where it says nothing. */
    public String phase() {
        return isAtWork() ? text("phase") : null;
    }

    private String text(String name) {
        JsonNode value = progress(name);
        return value == null || value.isNull() ? null : value.asText();
    }

    /** Chunks done and in all; null where there are none. */
    public String chunks() {
        return number("chunksTotal") <= 0
                ? null
                : Formats.count((long) number("chunksDone")) + " / " + Formats.count((long) number("chunksTotal"));
    }

    /** How long it has taken: to its end, or to its newest event. */
    public String took() {
        Instant until = run.endedAt() == null ? run.at() : run.endedAt();
        return Formats.duration(Duration.between(run.createdAt(), until));
    }

    /** Why it is slower than it could be, in words; null where nothing holds it back. */
    public String throttle() {
        return run.throttle().reason() == null
                ? null
                : Words.throttle(run.throttle().reason());
    }

    /** What can be asked of it. */
    public List<Action> actions() {
        return Action.of(run);
    }

    /** What leads out of the state that it is in; empty where nothing has to. */
    public String wayOut() {
        return Words.wayOut(run.state());
    }

    /** Entities with that outcome, as the run itself counts them. */
    public String counted(String outcome) {
        JsonNode count = run.counts().get(outcome);
        return Formats.count(count == null ? 0 : count.asLong());
    }

    private double number(String name) {
        JsonNode value = progress(name);
        return value == null ? 0 : value.asDouble();
    }

    private JsonNode progress(String name) {
        return run.progress() == null ? null : run.progress().get(name);
    }
}
