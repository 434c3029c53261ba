package dev.godwit.migration.batch;

import dev.godwit.migration.batch.ImportJudge.Misfits;
import dev.godwit.migration.batch.ImportVerdict.Kind;
import dev.godwit.migration.batch.ImportWriter.Deleted;
import dev.godwit.migration.definition.OnDelete;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.sql.Pipeline;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One batch of an import. The map's rows of the batch's entities are locked first, and only then is the source read: of two batches that meet in an entity, the one that
 * writes last has read last, so that nothing older overwrites what is newer, and no deleted row rises again.
 */
final class ImportWork implements OperationBatch {

    /** Times without zone would otherwise mean what the session's zone makes of them. */
    private static final String UTC = "SELECT set_config('timezone', 'UTC', true)";

    private static final String WRITTEN_BEFORE = """
            SELECT DISTINCT entity
              FROM godwit.import_change
             WHERE run_id = $1
               AND batch <> $2
               AND entity = ANY ($3::text[])
               AND action <> 'delete'
            """;

    private final ImportRun run;
    private final SqlConnection connection;
    private final long number;
    private final ImportSource source;
    private final ImportReader reader;
    private final ImportIdentities identities;
    private final ImportJudge judge;
    private final ImportWriter writer;
    private final ImportBlobs blobs;
    private final ImportArrivals arrivals;

    ImportWork(ImportRun run, SqlConnection connection, ImportSource source, long number) {
        this.run = run;
        this.connection = connection;
        this.number = number;
        this.source = source;
        this.reader = new ImportReader(run, connection, source);
        this.identities = new ImportIdentities(run, connection);
        this.judge = new ImportJudge(run, connection);
        this.writer = new ImportWriter(run, connection, number, judge);
        this.blobs = new ImportBlobs(run, connection);
        this.arrivals = new ImportArrivals(run, connection, number, reader, identities);
    }

    /**
     * What was seen of some keys.
     *
     * @param targets what the map says of them
     * @param rows rows of the source, in scope or not
     * @param verdicts what is to become of those in scope
     */
    record Seen(Map<String, String> targets, List<ImportedRow> rows, List<ImportVerdict> verdicts) {

        static final Seen NOTHING = new Seen(Map.of(), List.of(), List.of());

        Seen with(Seen other) {
            Map<String, String> all = new HashMap<>(targets);
            all.putAll(other.targets);
            return new Seen(all, joined(rows, other.rows), joined(verdicts, other.verdicts));
        }

        /** The same without the values of the rows, which may be large. */
        Seen withoutTexts() {
            return new Seen(
                    targets,
                    rows.stream().map(ImportedRow::withoutTexts).toList(),
                    verdicts.stream().map(ImportVerdict::withoutTexts).toList());
        }

        /** The same without these keys. */
        Seen without(Set<String> keys) {
            return new Seen(
                    targets,
                    rows.stream().filter(row -> !keys.contains(row.key())).toList(),
                    verdicts.stream()
                            .filter(verdict -> !keys.contains(verdict.key()))
                            .toList());
        }

        Seen judged(List<ImportVerdict> others) {
            return new Seen(targets, rows, others);
        }

        /** Rows of the target whose source rows are gone, by their keys. */
        Map<String, String> orphans() {
            Map<String, String> orphans = new HashMap<>(targets);
            rows.forEach(row -> orphans.remove(row.key()));
            return orphans;
        }
    }

    static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }

    private Uni<Void> settings() {
        boolean zoned = run.run().definition().session().keySet().stream().anyMatch("timezone"::equalsIgnoreCase);
        List<Uni<?>> statements =
                new ArrayList<>(List.of(connection.query(ExactText.SETTINGS).execute()));
        if (!zoned) {
            statements.add(connection.query(UTC).execute());
        }
        return Pipeline.of(statements);
    }

    @Override
    public Uni<BatchResult> work(Selection selection, boolean expectWork) {
        if (!run.run().commit()) {
            return settings()
                    .chain(judge::misfits)
                    .chain(misfits -> carefully(selection, misfits))
                    .chain(seen -> blobs.inspected(seen.verdicts()).map(seen::judged))
                    .map(seen -> new ImportResult(run, selection).of(seen, Set.of(), List.of(), List.of()));
        }
        if (expectWork && selection instanceof Selection.BlockRange range && ImportArrivals.arePossible(run)) {
            return settings().chain(() -> arrivals.bring(range)).chain(arrived -> actOnRest(range, arrived));
        }
        return settings()
                .chain(() -> reader.keys(selection))
                .chain(keys -> expectWork || selection instanceof Selection.Keys
                        ? act(selection, keys, Seen.NOTHING)
                        : see(keys, false).chain(seen -> actWhereDue(selection, seen)));
    }

    /**
     * What was seen of a range without locks says where something is to be done; only that is locked, and seen again. A row that went between the look at its key and the look at
     * the row is the tail's. Keys that were named are locked at once: whoever is in the middle of writing what was there before they changed has made no entry yet that anybody sees.
     */
    private Uni<BatchResult> actWhereDue(Selection selection, Seen seen) {
        Set<String> due = new HashSet<>();
        seen.verdicts().stream()
                .filter(ImportVerdict::isDue)
                .map(ImportVerdict::key)
                .forEach(due::add);
        return due.isEmpty()
                ? Uni.createFrom().item(() -> new ImportResult(run, selection).of(seen, Set.of(), List.of(), List.of()))
                : act(selection, due, seen.without(due));
    }

    private Uni<Seen> see(Collection<String> keys, boolean lock) {
        return (lock ? identities.lock(keys) : identities.look(keys))
                .chain(targets -> see(keys, targets, Misfits.NONE));
    }

    private Uni<Seen> see(Collection<String> keys, Map<String, String> targets, Misfits misfits) {
        return reader.rows(keys).chain(rows -> reader.followers(keys)
                .chain(followers ->
                        judge.judge(rows.stream().filter(ImportedRow::inScope).toList(), targets, followers, misfits))
                .map(verdicts -> new Seen(targets, rows, verdicts)));
    }

    private Uni<BatchResult> act(Selection selection, Collection<String> keys, Seen others) {
        return see(keys, true)
                .chain(seen -> blobs.copied(seen.verdicts()).map(seen::judged))
                .chain(seen -> act(selection, seen, List.of(), others));
    }

    private Uni<BatchResult> actOnRest(Selection selection, ImportArrivals.Arrived arrived) {
        return judge.judge(arrived.rest(), arrived.targets(), arrived.followers(), Misfits.NONE)
                .map(judged -> arrived.strays().isEmpty() ? judged : ImportWriter.keptOut(judged))
                .map(judged -> new Seen(arrived.targets(), arrived.rows(), judged))
                .chain(seen -> act(selection, seen, arrived.brought(), Seen.NOTHING))
                .map(result -> arrived.strays().isEmpty()
                        ? result
                        : result.withWritten(run.targetName(), arrived.strays().size()));
    }

    /** @param brought rows that are written already */
    private Uni<BatchResult> act(Selection selection, Seen seen, List<ImportVerdict> brought, Seen others) {
        return writtenBefore(seen).chain(before -> writer.write(seen.verdicts())
                .map(done -> joined(brought, done))
                .call(this::enter)
                .call(done ->
                        identities.release(done.stream().map(ImportVerdict::key).toList()))
                .chain(done -> deletions(seen)
                        .call(gone -> lookOnceMore(done, gone))
                        .map(gone -> new ImportResult(run, selection)
                                .of(seen.judged(done).with(others), before, gone, left(seen, gone)))));
    }

    /** Rows that found their place taken are taken up again when this batch has freed places, as one that deletes a row and inserts it anew does. */
    private Uni<Void> lookOnceMore(List<ImportVerdict> done, List<Deleted> gone) {
        boolean freed = !gone.isEmpty() || done.stream().anyMatch(verdict -> verdict.kind() == Kind.UPDATE);
        List<String> without = done.stream()
                .filter(this::isWithoutPlace)
                .map(ImportVerdict::key)
                .toList();
        return freed ? takeUp(without) : Uni.createFrom().voidItem();
    }

    private boolean isWithoutPlace(ImportVerdict verdict) {
        String taken = run.model().definition().onConflict().reason();
        return verdict.reason().filter(taken::equals).isPresent();
    }

    private Uni<Set<String>> writtenBefore(Seen seen) {
        List<String> due = seen.verdicts().stream()
                .filter(ImportVerdict::writes)
                .map(ImportVerdict::key)
                .toList();
        return due.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : Rows.query(connection, WRITTEN_BEFORE, Tuple.of(run.runId(), number, ImportReader.array(due)))
                        .map(rows -> new HashSet<>(Rows.texts(rows, "entity")));
    }

    /** Enters what is there now in the map, lets those wait that refer to what is not, and takes those up that waited for this. */
    private Uni<Void> enter(List<ImportVerdict> done) {
        List<ImportVerdict> adopted =
                done.stream().filter(verdict -> verdict.kind() == Kind.ADOPT).toList();
        List<ImportVerdict> lacking =
                done.stream().filter(verdict -> verdict.missing().isPresent()).toList();
        List<String> there = done.stream()
                .filter(verdict -> verdict.writes() || verdict.kind() == Kind.ADOPT)
                .map(ImportVerdict::key)
                .toList();
        return identities
                .adopt(adopted)
                .chain(() -> identities.wake(there))
                .chain(() -> identities.await(lacking))
                .chain(this::takeUp);
    }

    /** An identity that came between the look and the entry would be waited for in vain. */
    private Uni<Void> takeUp(List<String> keys) {
        return new WaitingKeys(connection, run.runId())
                .add(run.model().root(), keys, WaitingKeys.Cause.AWAITED)
                .replaceWithVoid();
    }

    private boolean followsDeletions() {
        return run.model().definition().onDelete() == OnDelete.DELETE;
    }

    private Uni<List<Deleted>> deletions(Seen seen) {
        return followsDeletions()
                ? writer.delete(seen.orphans())
                : Uni.createFrom().item(List.of());
    }

    /** Rows that should have gone, and did not, because rows of others refer to them. */
    private List<String> left(Seen seen, List<Deleted> gone) {
        if (!followsDeletions()) {
            return List.of();
        }
        Set<String> left = new HashSet<>(seen.orphans().values());
        gone.forEach(row -> left.remove(row.name()));
        return left.stream().sorted().toList();
    }

    @Override
    public Uni<List<String>> pending(Selection selection) {
        return settings()
                .chain(() -> carefully(selection, Misfits.NONE))
                .chain(seen -> blobs.inspected(seen.verdicts()))
                .map(verdicts -> verdicts.stream()
                        .filter(verdict -> verdict.writes() || verdict.kind() == Kind.FAILED)
                        .map(ImportVerdict::key)
                        .toList());
    }

    private Uni<Seen> carefully(Selection selection, Misfits misfits) {
        return new CarefulReader<>(connection, new Careful(misfits)).read(selection);
    }

    private final class Careful implements CarefulReader.Source<Seen> {

        private final Misfits misfits;

        private Careful(Misfits misfits) {
            this.misfits = misfits;
        }

        @Override
        public Uni<Seen> read(Selection selection) {
            return reader.keys(selection)
                    .chain(keys -> identities.look(keys).chain(targets -> see(keys, targets, misfits)))
                    .map(Seen::withoutTexts);
        }

        @Override
        public Uni<List<String>> keys(Selection selection) {
            return reader.allKeys(selection);
        }

        @Override
        public Seen none() {
            return Seen.NOTHING;
        }

        @Override
        public Seen failed(String key, Throwable failure) {
            ImportedRow row = new ImportedRow(key, true, List.of(), Optional.empty());
            ImportVerdict failed = ImportVerdict.of(row, Kind.FAILED)
                    .because(Kind.FAILED, PgErrors.code(failure), PgErrors.describe(failure));
            return new Seen(Map.of(), List.of(row), List.of(failed));
        }

        @Override
        public Seen both(Seen first, Seen second) {
            return first.with(second);
        }
    }

    @Override
    public Uni<Map<String, Group>> groupsOf(Collection<String> keys) {
        return new GroupReader(run.run(), source).of(keys);
    }

    @Override
    public Uni<BatchResult> undo() {
        return settings().chain(() -> new ImportUndo(run, connection, number).undo());
    }

    @Override
    public Uni<List<String>> entitiesOf(Map<TableName, Set<String>> changed) {
        return Uni.createFrom()
                .item(List.copyOf(changed.getOrDefault(run.model().root(), Set.of())));
    }

    /** Rows of the target without a row of the source are only suspected: that their deletion is under way cannot be told from its having been missed. */
    @Override
    public Uni<BatchResult> sweep(Selection.BlockRange range, boolean back, boolean rowByRow) {
        if (back) {
            return Uni.createFrom().item(BatchResult.NOTHING);
        }
        Tuple parameters = Tuple.of(run.migration(), range.fromTid(), range.toTid());
        return settings()
                .chain(() -> Rows.query(connection, run.sql().importedIn(range.relation()), parameters))
                .chain(rows -> reader.absent(Rows.texts(rows, "key")))
                .chain(absent -> new Suspects(connection, run.runId()).add(absent))
                .replaceWith(BatchResult.NOTHING);
    }

    @Override
    public Uni<BatchResult> lookAgain(List<String> suspects) {
        return settings()
                .chain(() -> reader.absent(suspects))
                .chain(absent -> absent.isEmpty()
                        ? Uni.createFrom().item(BatchResult.NOTHING)
                        : act(new Selection.Keys(absent), absent, Seen.NOTHING).map(ImportWork::rowsOnly));
    }

    /** Suspects are rows of the target: that their entities are gone is what it is about. */
    private static BatchResult rowsOnly(BatchResult result) {
        return new BatchResult(result.outcomes(), result.written(), List.of(), List.of(), List.of(), result.read());
    }
}
