package dev.godwit.migration.catalog;

import dev.godwit.migration.script.Concurrent;
import dev.godwit.migration.script.ObjectName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How an index stands that is made or dropped in no transaction: such a statement can die half-way and leave an index that writers keep up and no reader uses.
 *
 * @param exists whether a relation has the name
 * @param isIndex whether it is an index, of the wanted table where one is named
 * @param valid whether PostgreSQL uses it
 * @param quoted its name for SQL, with its schema
 * @param builder the session that is making it just now
 */
public record IndexStanding(
        boolean exists, boolean isIndex, boolean valid, Optional<String> quoted, Optional<Integer> builder) {

    /** An index lives in the schema of its table, whatever the search path finds under its name. */
    private static final String LOOK = """
            SELECT w.oid IS NOT NULL AS there,
                   c.relkind = 'i' AND ($3::text IS NULL OR i.indrelid = pg_catalog.to_regclass($3)) AS is_index,
                   i.indisvalid AS valid,
                   CASE WHEN c.oid IS NOT NULL THEN pg_catalog.format('%I.%I', n.nspname, c.relname) END AS quoted,
                   (SELECT min(p.pid) FROM pg_catalog.pg_stat_progress_create_index AS p
                     WHERE p.index_relid = c.oid AND p.pid <> pg_catalog.pg_backend_pid()) AS builder
              FROM (SELECT CASE WHEN $3::text IS NULL THEN pg_catalog.to_regclass($1)::oid
                                ELSE (SELECT x.oid
                                        FROM pg_catalog.pg_class AS t
                                        JOIN pg_catalog.pg_class AS x ON x.relnamespace = t.relnamespace AND x.relname = $2
                                       WHERE t.oid = pg_catalog.to_regclass($3))
                           END AS oid) AS w
              LEFT JOIN pg_catalog.pg_class AS c ON c.oid = w.oid
              LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
              LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
            """;

    /** What an interrupted REINDEX CONCURRENTLY leaves beside the index that it was to replace. */
    private static final String LEFT_BY_REINDEX = """
            SELECT pg_catalog.format('%I.%I', n.nspname, x.relname) AS quoted
              FROM pg_catalog.pg_index AS i
              JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
              JOIN pg_catalog.pg_namespace AS n ON n.oid = x.relnamespace
             WHERE NOT i.indisvalid
               AND x.relname ~ '_cc(new|old)[0-9]*$'
               AND i.indrelid IN (SELECT coalesce(o.indrelid, w.oid)
                                    FROM (SELECT pg_catalog.to_regclass($1)::oid AS oid) AS w
                                    LEFT JOIN pg_catalog.pg_index AS o ON o.indexrelid = w.oid)
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.relid = i.indrelid)
             ORDER BY 1
            """;

    /** The index that a statement is about. */
    public static Uni<IndexStanding> look(SqlConnection connection, Concurrent statement) {
        Optional<ObjectName> table =
                statement instanceof Concurrent.CreateIndex create ? Optional.of(create.table()) : Optional.empty();
        Tuple names = Tuple.of(
                statement.name().quoted(),
                statement.name().name(),
                table.map(ObjectName::quoted).orElse(null));
        return connection
                .preparedQuery(LOOK)
                .execute(names)
                .map(rows -> fromRow(rows.iterator().next()));
    }

    private static IndexStanding fromRow(Row row) {
        return new IndexStanding(
                row.getBoolean("there"),
                Boolean.TRUE.equals(row.getBoolean("is_index")),
                Boolean.TRUE.equals(row.getBoolean("valid")),
                Optional.ofNullable(row.getString("quoted")),
                Optional.ofNullable(row.getInteger("builder")));
    }

    /** Names of indexes, for SQL, that an interrupted statement has left beside its own. */
    public static Uni<List<String>> leftBy(SqlConnection connection, Concurrent.Reindex statement) {
        return connection
                .preparedQuery(LEFT_BY_REINDEX)
                .execute(Tuple.of(statement.name().quoted()))
                .map(rows -> {
                    List<String> names = new ArrayList<>();
                    rows.forEach(row -> names.add(row.getString("quoted")));
                    return names;
                });
    }

    /** Whether an index is there that was never finished, and nobody is at work on it. */
    public boolean isLeftover() {
        return exists && isIndex && !valid && builder.isEmpty();
    }
}
