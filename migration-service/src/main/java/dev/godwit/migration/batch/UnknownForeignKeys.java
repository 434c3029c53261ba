package dev.godwit.migration.batch;

import dev.godwit.migration.operation.TableShape;
import dev.godwit.migration.operation.TableShape.Dependent;
import dev.godwit.migration.operation.rekey.RekeyModel;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Foreign keys to the tables whose keys are rewritten that the run does not know, because they came after it had read the catalog. Asked after the rewrite: its table locks
 * keep further ones from coming before the batch ends.
 */
final class UnknownForeignKeys {

    /** By the triggers that enforce them, which are found by an index; of a constraint, those of the partitions that it is derived for do not count. */
    private static final String UNKNOWN = """
            SELECT f.conname::text AS name, f.conrelid::regclass::text AS child
              FROM unnest($1::text[]) AS t(name)
             CROSS JOIN LATERAL (SELECT DISTINCT g.tgconstraint
                                   FROM pg_catalog.pg_trigger AS g
                                  WHERE g.tgrelid = t.name::regclass
                                    AND g.tgconstraint <> 0
                                    AND g.tgisinternal
                                 OFFSET 0) AS enforced
              JOIN pg_catalog.pg_constraint AS f ON f.oid = enforced.tgconstraint
             WHERE f.contype = 'f'
               AND f.conparentid = 0
               AND f.confrelid = t.name::regclass
               AND f.oid <> ALL ($2::bigint[]::oid[])
             LIMIT 1
            """;

    private final RekeyRun run;
    private final SqlConnection connection;

    UnknownForeignKeys(RekeyRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** Fails with {@link ChangedTablesException} when there is one. */
    Uni<Void> refuse() {
        RekeyModel model = run.model();
        TableShape[] keyed = IntStream.rangeClosed(0, model.derived().size())
                .mapToObj(map -> run.shape(model.tableOfMap(map).toString()))
                .toArray(TableShape[]::new);
        String[] names =
                Arrays.stream(keyed).map(shape -> shape.name().quoted()).toArray(String[]::new);
        Long[] known = Arrays.stream(keyed)
                .flatMap(shape -> shape.dependents().stream())
                .map(Dependent::oid)
                .toArray(Long[]::new);
        return connection
                .preparedQuery(UNKNOWN)
                .execute(Tuple.of(names, known))
                .invoke(rows -> rows.forEach(row -> {
                    throw new ChangedTablesException("the foreign key " + row.getString("name") + " of "
                            + row.getString("child") + " came while the run was at work");
                }))
                .replaceWithVoid();
    }
}
