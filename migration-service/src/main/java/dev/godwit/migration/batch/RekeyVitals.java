package dev.godwit.migration.batch;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.BuiltInMeasure;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.EntityRow;
import dev.godwit.migration.operation.rekey.ReferenceText;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import dev.godwit.migration.operation.rekey.RekeyVitalSql;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** Keys that are wrong, new keys that are right, and references to nothing. */
final class RekeyVitals implements Vitals {

    /** Blocks of a sample at least. */
    private static final int BLOCKS_MIN = 32;

    /** Made within this time is new. */
    private static final Duration RECENT = Duration.ofDays(1);

    private static final int VALUES_AT_ONCE = 16;

    /** Stored size of a value in which keys are looked for; larger ones are left out. */
    private static final int VALUE_BYTES_MAX = 100_000;

    /** Values that are read as text and searched cost more than keys: a tenth as many are read. */
    private static final int SEARCHED_PART = 10;

    private final RekeyModel model;
    private final RekeyVitalSql sql;
    private final Map<TableName, Table> tables;

    /** @param tables the root and all that refer to it */
    RekeyVitals(RekeyModel model, Map<TableName, Table> tables) {
        this.model = model;
        this.sql = new RekeyVitalSql(model);
        this.tables = tables;
    }

    @Override
    public List<Vital> vitals() {
        List<Vital> vitals = new ArrayList<>();
        vitals.add(new Measured(BuiltInMeasure.WRONG_KEYS, "", this::wrongKeys));
        sql.recent()
                .ifPresent(recent -> vitals.add(new Measured(
                        BuiltInMeasure.NEW_RIGHT_KEYS,
                        "",
                        (connection, max) -> newRightKeys(connection, recent, max))));
        model.merges().stream()
                .filter(reference -> reference.kind() == ColumnRewrite.Kind.SCALAR && !model.isDeclared(reference))
                .map(reference -> new Measured(
                        BuiltInMeasure.ORPHANS,
                        " " + reference.table() + "." + reference.column(),
                        (connection, max) -> orphans(connection, reference, max)))
                .forEach(vitals::add);
        model.softReferences().stream()
                .map(reference -> new Measured(
                        BuiltInMeasure.ORPHANS,
                        " " + described(reference),
                        (connection, max) -> orphans(connection, reference, max)))
                .forEach(vitals::add);
        return vitals;
    }

    /** A column may hold several references, each with its own path, pattern or condition. */
    private String described(FoundReference found) {
        String column = found.table() + "." + found.reference().column();
        boolean alone = model.softReferences().stream()
                        .filter(other -> other.table().equals(found.table())
                                && other.reference()
                                        .column()
                                        .equals(found.reference().column()))
                        .count()
                == 1;
        return alone
                ? column
                : column + " "
                        + found.reference()
                                .path()
                                .or(found.reference()::pattern)
                                .or(found.reference()::when)
                                .orElse("");
    }

    /** How one of them is read. */
    private interface Look {
        Uni<Reading> read(SqlConnection connection, int max);
    }

    private record Measured(BuiltInMeasure measure, String of, Look look) implements Vital {

        @Override
        public String name() {
            return measure.wireName() + of;
        }

        @Override
        public Uni<Reading> read(SqlConnection connection, int max) {
            return look.read(connection, max);
        }
    }

    @Override
    public Uni<Entities> entities(SqlConnection connection, int max) {
        return sample(connection, max)
                .map(rows -> new Entities(
                        sql.entities(),
                        rows.stream().map(EntityRow::key).toList(),
                        rows.stream().map(row -> row.newKey().orElse(null)).toList(),
                        of(model.root(), rows.size(), max)));
    }

    private Uni<List<EntityRow>> sample(SqlConnection connection, int max) {
        return entities(connection, sql.sample(percent(model.root(), max)), Tuple.of(max));
    }

    private Uni<List<EntityRow>> entities(SqlConnection connection, String query, Tuple parameters) {
        return EntityReader.query(connection, model, query, parameters);
    }

    /** An entity whose key cannot be computed is not wrong: nobody knows. */
    private Uni<Reading> wrongKeys(SqlConnection connection, int max) {
        return sample(connection, max)
                .map(rows -> share(
                        rows, row -> row.newKey().isPresent() && !row.isSettled(), of(model.root(), rows.size(), max)));
    }

    private Uni<Reading> newRightKeys(SqlConnection connection, String recent, int max) {
        return entities(connection, recent, Tuple.of(max, (double) RECENT.toSeconds()))
                .map(rows -> share(rows, EntityRow::isSettled, Optional.empty()));
    }

    private static Reading share(List<EntityRow> rows, Predicate<EntityRow> counted, Optional<Long> of) {
        OptionalDouble value = rows.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) rows.stream().filter(counted).count() / rows.size());
        return new Reading(value, rows.size(), of);
    }

    private Uni<Reading> orphans(SqlConnection connection, MergeReference reference, int max) {
        String query = sql.orphansOf(reference, percent(reference.table(), max));
        return Rows.query(connection, query, Tuple.of(max)).map(rows -> {
            Row row = rows.get(0);
            long read = row.getLong("read");
            return new Reading(OptionalDouble.of(row.getLong("orphans")), read, of(reference.table(), read, max));
        });
    }

    private Uni<Reading> orphans(SqlConnection connection, FoundReference reference, int most) {
        boolean whole = reference.form() == FoundReference.Form.COLUMN || reference.form() == FoundReference.Form.ARRAY;
        int max = whole ? most : Math.max(1, most / SEARCHED_PART);
        ReferenceText text = ReferenceText.of(reference, model.keyType());
        Map<String, Long> held = new HashMap<>();
        long[] read = {0};
        return connection
                .prepare(sql.held(reference, percent(reference.table(), max)))
                .chain(statement -> statement
                        .createStream(VALUES_AT_ONCE, Tuple.of(max, VALUE_BYTES_MAX))
                        .toMulti()
                        .invoke(row -> {
                            read[0]++;
                            text.keys(row.getString("held")).stream()
                                    .filter(model.keyType()::canBe)
                                    .forEach(key -> held.merge(key, 1L, Long::sum));
                        })
                        .onItem()
                        .ignoreAsUni()
                        .call(statement::close))
                .chain(() -> Rows.query(connection, sql.missing(), Tuple.of((Object)
                        held.keySet().toArray(String[]::new))))
                .map(rows -> new Reading(
                        OptionalDouble.of((double) Rows.texts(rows, "key").stream()
                                .mapToLong(key -> held.getOrDefault(key, 1L))
                                .sum()),
                        read[0],
                        of(reference.table(), read[0], max)));
    }

    /** How much of a table to read, when it is worth not to read all of it. */
    /** Of a table with few blocks more are taken than the rows would need: of one block, chance would take all or nothing. */
    private Optional<Double> percent(TableName table, int max) {
        double rows = estimated(table);
        if (rows <= 2.0 * max) {
            return Optional.empty();
        }
        double pages = Math.max(1, tables.get(table).pages());
        return Optional.of(Math.min(100, Math.max(150.0 * max / rows, 100.0 * BLOCKS_MIN / pages)));
    }

    /** How many rows there are when not all were read. */
    private Optional<Long> of(TableName table, long read, int max) {
        return read < max && percent(table, max).isEmpty()
                ? Optional.empty()
                : Optional.of(Math.max(read, Math.round(estimated(table))));
    }

    private double estimated(TableName table) {
        return Optional.ofNullable(tables.get(table)).map(Table::estimatedRows).orElse(0.0);
    }
}
