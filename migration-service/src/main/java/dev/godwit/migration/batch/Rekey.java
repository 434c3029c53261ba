package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.literal;
import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.alias.Aliased;
import dev.godwit.migration.alias.Aliases;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Effort;
import dev.godwit.migration.operation.GroupSql;
import dev.godwit.migration.operation.KeySearch;
import dev.godwit.migration.operation.PlannedReference;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.operation.Watched;
import dev.godwit.migration.operation.rekey.ColumnRewrite;
import dev.godwit.migration.operation.rekey.RekeyCompiler;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import dev.godwit.migration.operation.rekey.RekeyModel.MergeReference;
import dev.godwit.migration.operation.rekey.RekeySql;
import dev.godwit.migration.operation.rekey.RekeyVitalSql;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Entities get new keys, and every reference is carried along. */
final class Rekey implements Operation {

    private static final Effort EFFORT = new Effort(900, 20_000);

    /**
     * An entity that moved twice counts once, by its last move, and not as migrated when it has been put aside since. A move counts nevertheless when its row was deleted and
     * another moved to the key: what came after is that one's.
     */
    private static final String COUNT_JOURNALED = """
            SELECT count(*) AS journaled
              FROM godwit.identity AS i
             WHERE i.run_id = $1
               AND i.relation = 0
               AND (i.merged
                    OR NOT EXISTS (SELECT FROM godwit.identity AS later
                                    WHERE later.run_id = $1 AND later.relation = 0
                                      AND later.old_key = i.new_key
                                      AND godwit.undo_order_of($1, later.batch) > godwit.undo_order_of($1, i.batch)
                                      AND NOT EXISTS (SELECT FROM godwit.identity AS newcomer
                                                       WHERE newcomer.run_id = $1 AND newcomer.relation = 0 AND NOT newcomer.merged
                                                         AND newcomer.new_key = i.new_key
                                                         AND godwit.undo_order_of($1, newcomer.batch) > godwit.undo_order_of($1, i.batch)
                                                         AND godwit.undo_order_of($1, newcomer.batch) < godwit.undo_order_of($1, later.batch)))
                       AND NOT EXISTS (SELECT FROM godwit.quarantine AS q
                                        WHERE q.run_id = $1 AND q.key = i.new_key
                                          AND NOT EXISTS (SELECT FROM godwit.identity AS newcomer
                                                           WHERE newcomer.run_id = $1 AND newcomer.relation = 0 AND NOT newcomer.merged
                                                             AND newcomer.new_key = i.new_key
                                                             AND godwit.undo_order_of($1, newcomer.batch) > godwit.undo_order_of($1, i.batch))))
            """;

    /**
     * The last move of whoever stands on the key now, unless it was this batch's. Whether it left again is a scalar query, so that it is looked up move by move: of NOT
     * EXISTS PostgreSQL might read all moves once per batch.
     */
    private static final String MIGRATED_BEFORE = """
            SELECT DISTINCT ON (i.new_key) i.new_key AS key, CASE WHEN i.old_key = i.new_key THEN '%s' END AS reason
              FROM godwit.identity AS i
             WHERE i.run_id = $1
               AND i.relation = 0
               AND i.new_key = ANY ($2::text[])
               AND i.batch <> $3
               AND NOT i.merged
               AND (SELECT true
                      FROM godwit.identity AS later
                     WHERE later.run_id = $1
                       AND later.relation = 0
                       AND later.old_key = i.new_key
                       AND godwit.undo_order_of($1, later.batch) > godwit.undo_order_of($1, i.batch)
                       AND later.batch <> $3
                     LIMIT 1) IS NULL
             ORDER BY i.new_key, godwit.undo_order_of($1, i.batch) DESC
            """.formatted(RekeyBatch.CHILDREN);

    private final RekeyModel model;
    private final RekeySql sql;

    private Rekey(RekeyModel model) {
        this.model = model;
        this.sql = new RekeySql(model);
    }

    static Rekey compile(RekeyDefinition definition, Map<TableName, Table> tables) {
        return new Rekey(RekeyCompiler.compile(definition, tables));
    }

    RekeyModel model() {
        return model;
    }

    RekeySql sql() {
        return sql;
    }

    @Override
    public boolean movesKeys() {
        return true;
    }

    @Override
    public TableName root() {
        return model.root();
    }

    @Override
    public List<TableName> leaves() {
        return model.leaves();
    }

    @Override
    public boolean triggersOff() {
        return model.triggersOff();
    }

    @Override
    public List<Watched> watched() {
        List<Watched> watched = new ArrayList<>();
        watched.add(new Watched(model.root(), Optional.of(model.key())));
        model.derived().forEach(child -> watched.add(new Watched(child.table(), Optional.of(child.key()))));
        model.softReferences().forEach(reference -> watched.add(new Watched(reference.table(), Optional.empty())));
        return watched;
    }

    @Override
    public List<String> keysOf(TableName table, Map<String, String> fields) {
        return IntStream.rangeClosed(0, model.derived().size())
                .filter(map -> model.tableOfMap(map).equals(table))
                .mapToObj(map -> fields.get(model.keyOfMap(map)))
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public List<String> referringRows(TableName table, Map<String, String> fields) {
        return model.softReferences().stream()
                .filter(reference -> reference.table().equals(table))
                .limit(1)
                .map(reference -> RowKey.text(reference.primaryKey(), fields))
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public List<TableName> mappedTables() {
        return IntStream.rangeClosed(0, model.derived().size())
                .mapToObj(model::tableOfMap)
                .toList();
    }

    @Override
    public Optional<Aliases> aliases() {
        List<Aliased> aliased = foreignKeys().map(this::aliased).toList();
        return model.definition().aliases() && !aliased.isEmpty()
                ? Optional.of(new Aliases(aliased))
                : Optional.empty();
    }

    private Aliased aliased(MergeReference reference) {
        return new Aliased(
                reference.table(),
                reference.column(),
                reference.type().castName(),
                model.tableOfMap(reference.map()),
                model.keyOfMap(reference.map()),
                reference.map());
    }

    private Stream<MergeReference> foreignKeys() {
        return model.merges().stream()
                .filter(reference -> reference.kind() == ColumnRewrite.Kind.SCALAR && !model.isDeclared(reference));
    }

    @Override
    public Optional<String> duplicates() {
        return Optional.of(sql.groupDuplicates());
    }

    @Override
    public List<TableName> sweptInBackfill() {
        return leavesOf(model.sweptReferences());
    }

    @Override
    public List<TableName> swept() {
        return leavesOf(model.softReferences());
    }

    private static List<TableName> leavesOf(List<FoundReference> references) {
        return references.stream()
                .flatMap(reference -> reference.leaves().stream())
                .distinct()
                .toList();
    }

    @Override
    public List<PlannedReference> references() {
        Stream<PlannedReference> foreignKeys = foreignKeys()
                .map(reference -> new PlannedReference(
                        reference.table(), reference.column(), "foreign-key", true, Optional.empty()));
        return Stream.concat(foreignKeys, model.softReferences().stream().map(Rekey::planned))
                .toList();
    }

    private static PlannedReference planned(FoundReference found) {
        String column = found.reference().column();
        String kind = found.form().name().toLowerCase(Locale.ROOT);
        return new PlannedReference(found.table(), column, kind, found.inBatch(), missingIndex(found));
    }

    private static Optional<String> missingIndex(FoundReference found) {
        boolean indexable = found.form() == FoundReference.Form.COLUMN || found.form() == FoundReference.Form.ARRAY;
        if (found.inBatch() || !indexable) {
            return Optional.empty();
        }
        String using = found.form() == FoundReference.Form.ARRAY ? " USING gin" : "";
        return Optional.of("CREATE INDEX CONCURRENTLY ON " + found.table().quoted() + using + " ("
                + quote(found.reference().column()) + ")");
    }

    @Override
    public Optional<KeySearch> keySearch() {
        return Optional.of(new KeySearch(model.key(), model.definition().references()));
    }

    @Override
    public Optional<Vitals> vitals(Map<TableName, Table> tables) {
        return Optional.of(new RekeyVitals(model, tables));
    }

    @Override
    public Optional<String> vicinity() {
        return Optional.of(new RekeyVitalSql(model).vicinity());
    }

    @Override
    public Optional<GroupSql> groupSql(List<String> columns) {
        return Optional.of(new GroupSql(model.root(), model.key(), model.keyType(), columns));
    }

    @Override
    public Effort effort() {
        return EFFORT;
    }

    @Override
    public List<Statement> statements() {
        List<Statement> statements = new ArrayList<>();
        statements.add(new Statement(
                "group",
                "entities that share one new key, over the whole table, before the first chunk",
                sql.groupDuplicates()));
        model.leaves()
                .forEach(leaf -> statements.add(new Statement(
                        "read-range",
                        "entities of a range of blocks of " + leaf + ", locked",
                        sql.readRange(leaf, true))));
        statements.add(new Statement(
                "read-keys",
                "entities by key: the tail, requests, and rows that stand on a wanted key",
                sql.readKeys(true)));
        if (model.survivor().isPresent()) {
            statements.add(new Statement("rank", "which member of a group of duplicates survives", sql.rankMembers()));
        }
        for (int map = 1; map <= model.derived().size(); map++) {
            statements.add(new Statement(
                    "read-derived-" + map,
                    "children of " + model.tableOfMap(map) + " with what their new keys are computed from",
                    sql.readDerived(map, true)));
        }
        statements.add(
                new Statement("rewrite", "keys and everything that hangs on them, in one statement", sql.rewrite()));
        statements.add(
                new Statement("count", "what the rewrite would write; a plan runs this instead", sql.countRewrites()));
        aliases().ifPresent(aliases -> statements.addAll(aliases.statements()));
        return statements;
    }

    @Override
    public String countJournaled() {
        return COUNT_JOURNALED;
    }

    @Override
    public String migratedBefore() {
        return MIGRATED_BEFORE;
    }

    @Override
    public String previewUndo() {
        return """
                WITH own AS MATERIALIZED (SELECT DISTINCT (xid::text::bigint & 4294967295)::text AS xmin FROM godwit.batch WHERE run_id = $1),
                     moved AS (
                    SELECT %s AS relation,
                           count(*) FILTER (WHERE o.xmin IS NOT NULL) AS restored,
                           count(*) FILTER (WHERE o.xmin IS NULL) AS left
                      FROM godwit.identity AS i
                      JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
                      LEFT JOIN %s AS t ON t.%s = i.new_key::%s
                      LEFT JOIN own AS o ON o.xmin = t.xmin::text
                     WHERE i.run_id = $1
                       AND i.relation = 0
                       AND NOT i.merged),
                     merged AS (
                    SELECT j.relation, count(*) AS restored, 0::bigint AS left
                      FROM godwit.journal AS j
                      JOIN godwit.batch AS b ON b.run_id = j.run_id AND b.number = j.batch AND NOT b.undone
                     WHERE j.run_id = $1
                       AND j.action = 'delete'
                     GROUP BY j.relation)
                SELECT t.relation, sum(t.restored)::bigint AS restored, 0::bigint AS deleted, sum(t.left)::bigint AS left
                  FROM (TABLE moved UNION ALL TABLE merged) AS t
                 GROUP BY t.relation
                 ORDER BY t.relation <> %s, t.relation
                """.formatted(
                        literal(model.root()),
                        model.root().quoted(),
                        quote(model.key()),
                        model.keyType().castName(),
                        literal(model.root()));
    }

    @Override
    public String undoneEntities() {
        return """
                SELECT CASE WHEN i.merged THEN i.old_key ELSE i.new_key END AS key
                  FROM godwit.identity AS i
                  JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
                 WHERE i.run_id = $1
                   AND i.relation = 0
                """;
    }

    @Override
    public OperationBatch batch(RunContext run, SqlConnection connection, long number) {
        return new RekeyWork(new RekeyRun(run, model, sql), connection, number);
    }
}
