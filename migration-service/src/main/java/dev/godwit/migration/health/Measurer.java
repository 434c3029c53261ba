package dev.godwit.migration.health;

import dev.godwit.migration.batch.Vitals;
import dev.godwit.migration.batch.Vitals.Vital;
import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.definition.BuiltInMeasure;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.HealthMeasure;
import dev.godwit.migration.health.Measurement.Subject;
import dev.godwit.migration.plan.Figures;
import dev.godwit.migration.run.RunContexts;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes the measures of a migration, one after the other on one connection, each in a transaction of its own that cannot write and is ended after its time.
 *
 * <p>Failure semantics: a measure that cannot be taken is unknown and says why, and the next one is taken; fails only when the database cannot be asked at all.
 */
@ApplicationScoped
public class Measurer {

    /** Built-in measures of one migration; a table with more references than that is measured in part. */
    static final int BUILT_IN_MAX = 40;

    private final RunContexts contexts;
    private final Pool pool;
    private final HealthConfig config;

    @Inject
    public Measurer(RunContexts contexts, Pool pool, HealthConfig config) {
        this.contexts = contexts;
        this.pool = pool;
        this.config = config;
    }

    /** Whether there is anything to measure. */
    static boolean measures(Definition definition) {
        return !definition.health().isEmpty() || givesKeys(definition);
    }

    /**
     * Measures.
     *
     * @param before done before each measure; when it fails, nothing more is measured
     */
    public Uni<List<Measurement>> measure(Definition definition, Supplier<Uni<Void>> before) {
        return pool.withConnection(connection ->
                known(connection, definition).chain(known -> new Round(connection, definition, known).measure(before)));
    }

    private static boolean givesKeys(Definition definition) {
        return !definition.operation().rekeyedTables().isEmpty();
    }

    /** What is known of the operation, or why nothing is, such as a table that is gone. */
    private record Known(Optional<Vitals> vitals, Optional<Measurement> obstacle) {}

    private Uni<Known> known(SqlConnection connection, Definition definition) {
        if (!givesKeys(definition)) {
            return Uni.createFrom().item(new Known(Optional.empty(), Optional.empty()));
        }
        return contexts.compile(connection, definition)
                .map(compiled -> new Known(compiled.operation().vitals(compiled.tables()), Optional.empty()))
                .onFailure(failure -> code(failure).isPresent())
                .recoverWithItem(failure -> new Known(
                        Optional.empty(),
                        Optional.of(Measurement.unknown(
                                subject(definition, BuiltInMeasure.WRONG_KEYS, ""),
                                code(failure).orElseThrow(),
                                PgErrors.describe(failure),
                                Duration.ZERO))));
    }

    private static Optional<String> code(Throwable failure) {
        return failure instanceof CatalogException refused
                ? Optional.of(refused.code())
                : PgErrors.sqlState(failure).map(state -> "refused");
    }

    private static Subject subject(Definition definition, BuiltInMeasure measure, String name) {
        return new Subject(
                name.isEmpty() ? measure.wireName() : name,
                true,
                measure.unit(),
                definition.limits().getOrDefault(measure, measure.limits()));
    }

    /** The measures of one migration on one connection. */
    private final class Round {

        private final SqlConnection connection;
        private final Definition definition;
        private final Known known;
        private final Figures figures;

        private Round(SqlConnection connection, Definition definition, Known known) {
            this.connection = connection;
            this.definition = definition;
            this.known = known;
            this.figures = new Figures(
                    connection, config.statementTimeout(), definition.session(), known.vitals(), config.sample());
        }

        private Uni<List<Measurement>> measure(Supplier<Uni<Void>> before) {
            List<Supplier<Uni<Measurement>>> all = new ArrayList<>();
            definition.health().forEach(measure -> all.add(() -> ask(measure)));
            known.obstacle()
                    .ifPresent(obstacle -> all.add(() -> Uni.createFrom().item(obstacle)));
            known.vitals().map(Vitals::vitals).orElse(List.of()).stream()
                    .limit(BUILT_IN_MAX)
                    .forEach(vital -> all.add(() -> read(vital)));
            return Multi.createFrom()
                    .iterable(all)
                    .onItem()
                    .transformToUniAndConcatenate(measure -> before.get().chain(() -> measure.get()))
                    .collect()
                    .asList();
        }

        private Uni<Measurement> ask(HealthMeasure measure) {
            Subject subject = new Subject(measure.name(), false, measure.unit(), measure.limits());
            long began = System.nanoTime();
            return figures.ask(measure.sql())
                    .map(figure -> figure.value().isPresent()
                            ? Measurement.of(
                                    subject, figure.value().getAsDouble(), figure.read(), figure.of(), since(began))
                            : Measurement.unknown(
                                    subject,
                                    figure.reason().orElseThrow(),
                                    figure.detail().orElse(""),
                                    since(began)));
        }

        private Uni<Measurement> read(Vital vital) {
            Subject subject = subject(definition, vital.measure(), vital.name());
            long began = System.nanoTime();
            return figures.guarded(
                    () -> vital.read(connection, config.sample())
                            .map(reading -> Measurement.of(subject, reading, since(began))),
                    (reason, detail) -> Measurement.unknown(subject, reason, detail, since(began)));
        }

        private static Duration since(long began) {
            return Duration.ofNanos(System.nanoTime() - began);
        }
    }
}
