package dev.godwit.migration.tail;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.blob.BlobStoreException;
import dev.godwit.migration.ending.Ending;
import dev.godwit.migration.pace.Pacing;
import dev.godwit.migration.run.Run;
import dev.godwit.migration.run.RunContexts;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.run.Troubles;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.tail.HeardDatabases.Heard;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * The tail: consumes change events and applies the keys they name.
 *
 * <p>How far a partition has been applied stands in {@code godwit.tail}, contiguous. It is advanced after the batches of the runs concerned have committed; events that
 * come again find nothing left to do. An event is never acknowledged before that.
 */
@ApplicationScoped
public class TailConsumer {

    private static final Logger LOG = Logger.getLogger(TailConsumer.class);
    private static final Duration BACK_OFF_MIN = Duration.ofMillis(20);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(2);
    private static final int CONTENTION_MAX = 10;

    /** A partition that another instance owns by now, and has gone on with, stays where it is. In the order of partitions, so that two instances do not lock each other out. */
    private static final String ADVANCE = """
            WITH polled AS MATERIALIZED (
                SELECT t.partition, p.last, p.lag
                  FROM godwit.tail AS t
                  JOIN unnest($1::integer[], $2::bigint[], $3::float8[]) AS p(partition, last, lag) USING (partition)
                 WHERE t.next_offset <= p.last
                 ORDER BY t.partition
                   FOR UPDATE OF t)
            UPDATE godwit.tail AS t
               SET next_offset = p.last + 1, lag_millis = p.lag, updated_at = clock_timestamp()
              FROM polled AS p
             WHERE t.partition = p.partition
            """;

    private static final String SEEN = """
            INSERT INTO godwit.heartbeat_seen (number)
            SELECT unnest($1::bigint[])
            ON CONFLICT DO NOTHING
            """;

    /** The note that a heartbeat was written may come after it. */
    private static final String SEEN_ELSEWHERE = """
            INSERT INTO godwit.source_heartbeat (database, number, seen)
            SELECT $2, unnest($1::bigint[]), true
            ON CONFLICT (database, number) DO UPDATE SET seen = true
            """;

    /** A run that is stopped and will scan its tables finds there what events tell of. */
    private static final String WATCHING = """
            SELECT id
              FROM godwit.run
             WHERE mode = 'commit'
               AND state IN ('planning', 'backfilling', 'following', 'verifying', 'paused', 'failed')
               AND phase <> 'prepare'
               AND NOT (rescan AND state IN ('paused', 'failed'))
            """;

    private static final String SCAN_LATER = "UPDATE godwit.run SET rescan = true WHERE id = $1";

    private final Runs runs;
    private final RunContexts contexts;
    private final Batches batches;
    private final Visibility visibility;
    private final TailPositions positions;
    private final ParkedKeys parked;
    private final HeardDatabases databases;
    private final Gaps gaps;
    private final Ending ending;
    private final Pacing pacing;

    @Inject
    public TailConsumer(
            Runs runs,
            RunContexts contexts,
            Batches batches,
            Visibility visibility,
            @Any TailPositions positions,
            ParkedKeys parked,
            HeardDatabases databases,
            Gaps gaps,
            Ending ending,
            Pacing pacing) {
        this.runs = runs;
        this.contexts = contexts;
        this.batches = batches;
        this.visibility = visibility;
        this.positions = positions;
        this.parked = parked;
        this.databases = databases;
        this.gaps = gaps;
        this.ending = ending;
        this.pacing = pacing;
    }

    /**
     * Applies what one poll brought, all partitions together: what the application wrote here and there in the same moment costs one transaction. Does not fail: it goes on trying
     * while the database is away, and Kafka keeps the rest meanwhile.
     * An instance that ends tries no more: whoever has the partitions next hears of it again.
     */
    @Incoming("changes")
    public Uni<Void> on(ConsumerRecords<String, String> records) {
        List<ConsumerRecord<String, String>> polled = new ArrayList<>(records.count());
        records.forEach(polled::add);
        return polled.isEmpty()
                ? Uni.createFrom().voidItem()
                : ending.whileInHand(() -> persistently(polled)).onFailure().recoverWithUni(() -> Ending.left());
    }

    private Uni<Void> persistently(List<ConsumerRecord<String, String>> polled) {
        return apply(polled)
                .onFailure()
                .invoke(failure -> LOG.warnf(
                        "Changes of partitions %s wait: %s",
                        offsets(polled, (first, later) -> first).keySet(), PgErrors.describe(failure)))
                .onFailure(failure -> !ending.hasBegun())
                .retry()
                .withBackOff(BACK_OFF_MIN, BACK_OFF_MAX)
                .withJitter(0.5)
                .indefinitely();
    }

    private Uni<Void> apply(List<ConsumerRecord<String, String>> polled) {
        return positions.next(offsets(polled, (first, later) -> first)).chain(next -> {
            List<ConsumerRecord<String, String>> fresh = polled.stream()
                    .filter(record -> record.offset() >= next.get(record.partition()))
                    .toList();
            return fresh.isEmpty() ? Uni.createFrom().voidItem() : applyFresh(fresh);
        });
    }

    /** One offset of each partition: of its records, which are in order, the first or the last. */
    private static SortedMap<Integer, Long> offsets(
            List<ConsumerRecord<String, String>> records, BinaryOperator<Long> which) {
        return records.stream()
                .collect(Collectors.toMap(ConsumerRecord::partition, ConsumerRecord::offset, which, TreeMap::new));
    }

    /** The batch belongs to the stream of the first of the partitions: whose events it holds is nobody's concern, only that its stream is in order. */
    private Uni<Void> applyFresh(List<ConsumerRecord<String, String>> records) {
        List<ChangeEvent> events = new ArrayList<>(records.size());
        Map<Integer, Long> newest = new HashMap<>();
        records.forEach(record -> ChangeEvent.parse(record.value()).ifPresent(event -> {
            events.add(event);
            newest.merge(record.partition(), event.sourceMicros(), Math::max);
        }));
        SortedMap<Integer, Long> lasts = offsets(records, (earlier, last) -> last);
        return hear(events)
                .chain(() -> watching(events))
                .chain(watching -> Multi.createFrom()
                        .iterable(watching)
                        .onItem()
                        .transformToUniAndConcatenate(run -> applyTo(run, lasts.firstKey(), events))
                        .onItem()
                        .ignoreAsUni())
                .chain(() -> runs.execute(
                        ADVANCE,
                        lasts.keySet().toArray(Integer[]::new),
                        lasts.values().toArray(Long[]::new),
                        lasts.keySet().stream()
                                .map(partition -> lag(newest.get(partition)))
                                .toArray(Double[]::new)))
                .replaceWithVoid();
    }

    /** From the commit of a partition's newest event to now, in milliseconds, when everything it asks for has been committed, or set aside; null where no event says when that was. */
    private static Double lag(Long newest) {
        if (newest == null || newest == 0) {
            return null;
        }
        Instant now = Instant.now();
        long nowMicros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        return Math.max(0, nowMicros - newest) / 1000.0;
    }

    /** What the events tell of can be seen from here on, in each database that they are of. */
    private Uni<Void> hear(List<ChangeEvent> events) {
        Map<Optional<String>, List<ChangeEvent>> bySource = events.stream()
                .collect(Collectors.groupingBy(event -> event.table().source()));
        return Multi.createFrom()
                .iterable(bySource.entrySet())
                .onItem()
                .transformToUniAndConcatenate(source -> databases
                        .find(source.getKey())
                        .map(database -> hear(database, source.getValue()))
                        .orElseGet(() -> Uni.createFrom().voidItem()))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> hear(Heard database, List<ChangeEvent> events) {
        Set<Long> transactions = events.stream().map(ChangeEvent::transaction).collect(Collectors.toSet());
        return visibility
                .of(database, transactions)
                .onFailure(failure -> database.source().isPresent())
                .recoverWithUni(failure ->
                        gaps.found(database, "it cannot be asked what is visible there: " + PgErrors.describe(failure)))
                .chain(() -> seeHeartbeats(database, events));
    }

    private Uni<Void> seeHeartbeats(Heard database, List<ChangeEvent> events) {
        Long[] numbers = events.stream()
                .filter(event -> event.table().equals(database.heartbeat()) && !event.deleted())
                .map(event -> Long.valueOf(event.fields().get("number")))
                .toArray(Long[]::new);
        if (numbers.length == 0) {
            return Uni.createFrom().voidItem();
        }
        return (database.source().isEmpty()
                        ? runs.execute(SEEN, (Object) numbers)
                        : runs.execute(SEEN_ELSEWHERE, numbers, database.name()))
                .replaceWithVoid();
    }

    /** Read anew for each batch: a run watches before its first event can exist. */
    private Uni<List<Run>> watching(List<ChangeEvent> events) {
        boolean onlyHeartbeats = events.stream().allMatch(event -> databases
                .find(event.table().source())
                .filter(database -> event.table().equals(database.heartbeat()))
                .isPresent());
        if (onlyHeartbeats) {
            return Uni.createFrom().item(List.of());
        }
        return runs.execute(WATCHING).chain(rows -> {
            List<String> ids = new ArrayList<>();
            rows.forEach(row -> ids.add(row.getString("id")));
            return Multi.createFrom()
                    .iterable(ids)
                    .onItem()
                    .transformToUniAndConcatenate(runs::find)
                    .filter(Optional::isPresent)
                    .map(Optional::get)
                    .collect()
                    .asList();
        });
    }

    private Uni<Void> applyTo(Run run, int stream, List<ChangeEvent> events) {
        return contexts.of(run)
                .map(Optional::of)
                .onFailure(failure -> Troubles.isHopeless(failure) || PgErrors.isSourceUnavailable(failure))
                .recoverWithUni(failure -> scanLater(run, failure))
                .chain(context -> context.map(known -> applyTo(run, known, stream, events))
                        .orElseGet(() -> Uni.createFrom().voidItem()));
    }

    /**
     * A run whose tables are not what it began with, or cannot be asked for, hears nothing more, and must not keep the others from hearing: it reads its tables once more if it
     * can ever go on.
     */
    private Uni<Optional<RunContext>> scanLater(Run run, Throwable failure) {
        LOG.warnf("Run %s cannot follow changes, and will scan its tables: %s", run.id(), PgErrors.describe(failure));
        return runs.execute(SCAN_LATER, run.id()).replaceWith(Optional.empty());
    }

    private Uni<Void> applyTo(Run run, RunContext context, int stream, List<ChangeEvent> events) {
        List<ChangeEvent> relevant = events.stream()
                .filter(event -> TailBatch.concerns(context, event.table()))
                .toList();
        return relevant.isEmpty()
                ? Uni.createFrom().voidItem()
                : applyOrPark(context, !run.isPartial(), stream, relevant);
    }

    /**
     * Somebody in the way is waited for a few times; what cannot be applied as a whole is set aside and taken up key by key. So is what is to be read in another database that
     * does not answer: the others' changes do not wait for that.
     */
    private Uni<Void> applyOrPark(RunContext run, boolean entities, int stream, List<ChangeEvent> events) {
        return Uni.createFrom()
                .deferred(() -> applyUnlessStopped(run, new TailBatch(batches, parked, run, entities, events), stream))
                .onFailure(failure -> PgErrors.classify(failure) == ErrorClass.CONTENTION)
                .retry()
                .withBackOff(BACK_OFF_MIN, BACK_OFF_MIN.multipliedBy(10))
                .withJitter(0.5)
                .atMost(CONTENTION_MAX)
                .onFailure(failure -> run.operation().isRootElsewhere() || !mustWait(cause(failure)))
                .recoverWithUni(failure -> {
                    LOG.infof("Run %s: changes are set aside: %s", run.runId(), PgErrors.describe(cause(failure)));
                    return new TailBatch(batches, parked, run, entities, events).park();
                });
    }

    /** Beyond a hard limit the tail writes less than it would otherwise, and the application's changes still keep no slot. */
    private Uni<Void> applyUnlessStopped(RunContext run, TailBatch batch, int stream) {
        return pacing.isBeyondLimit(run.runId()) ? batch.park() : batch.apply(stream);
    }

    /** Whether nothing can be written at all. A store of blobs that needs its time keeps no other rows: those that want it are set aside. */
    static boolean mustWait(Throwable failure) {
        return PgErrors.classify(failure) == ErrorClass.UNAVAILABLE && !(failure instanceof BlobStoreException);
    }

    /** Exhausted retries come wrapped. */
    private static Throwable cause(Throwable failure) {
        return failure instanceof IllegalStateException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
