package dev.godwit.migration.batch;

import dev.godwit.migration.catalog.CatalogShape;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** The tables of a run as they were when its statements were compiled. */
public final class Standing {

    private final CatalogShape here;
    private final Optional<CatalogShape> there;
    private final AtomicReference<String> seenHere = new AtomicReference<>("");
    private final AtomicReference<String> seenThere = new AtomicReference<>("");

    /**
     * @param here of the application's database
     * @param there of the root, where that is in another one
     */
    public Standing(CatalogShape here, Optional<CatalogShape> there) {
        this.here = here;
        this.there = there;
    }

    /**
     * Asked at the end of a batch: whoever could change a table that was written waits for the batch's locks, so that what is read here still holds when it commits.
     *
     * @throws ChangedTablesException as the answer's failure, when a table looks otherwise now
     */
    static Uni<Void> mustHold(SqlConnection connection, RunContext run, Lane lane) {
        return run.standing()
                .filter(standing -> run.commit())
                .map(standing -> standing.mustHold(connection, run.operation(), lane != Lane.ROLLBACK))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    /** A rollback reads nothing of another database, which may be gone. */
    private Uni<Void> mustHold(SqlConnection connection, Operation operation, boolean thereToo) {
        Uni<Void> held = mustHold(connection, here, seenHere);
        return thereToo && there.isPresent()
                ? held.chain(
                        () -> operation.atRoot(connection, elsewhere -> mustHold(elsewhere, there.get(), seenThere)))
                : held;
    }

    /** What has been written to the catalog since is looked at once, and remembered when it concerns nobody. */
    private static Uni<Void> mustHold(SqlConnection connection, CatalogShape shape, AtomicReference<String> seen) {
        return shape.version(connection)
                .chain(version -> version.equals(seen.get())
                        ? Uni.createFrom().voidItem()
                        : shape.holds(connection)
                                .invoke(holds -> {
                                    if (!holds) {
                                        throw new ChangedTablesException(
                                                "a table was changed while the run was at work");
                                    }
                                    seen.set(version);
                                })
                                .replaceWithVoid());
    }

    /** The same tables as they are now. */
    public Uni<Standing> readAgain(SqlConnection connection, Outside outside, Optional<String> source) {
        return here.readAgain(connection)
                .chain(hereNow -> there.isEmpty()
                        ? Uni.createFrom().item(new Standing(hereNow, there))
                        : outside.within(source.orElseThrow(), there.get()::readAgain)
                                .map(thereNow -> new Standing(hereNow, Optional.of(thereNow))));
    }

    /** What is different now, in words. */
    public List<String> differencesTo(Standing now) {
        Stream<String> elsewhere = there.stream()
                .flatMap(shape -> now.there.stream().flatMap(other -> shape.differencesTo(other).stream()))
                .map(difference -> "in the source database: " + difference);
        return Stream.concat(here.differencesTo(now.here).stream(), elsewhere).toList();
    }

    /** What {@link #fromJson} reads. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("here", here.toJson());
        there.ifPresent(shape -> json.put("there", shape.toJson()));
        return json;
    }

    /** Reads what {@link #toJson} has written. */
    public static Standing fromJson(JsonObject json) {
        return new Standing(
                CatalogShape.fromJson(json.getJsonObject("here")),
                Optional.ofNullable(json.getJsonObject("there")).map(CatalogShape::fromJson));
    }
}
