package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Partitions without a foreign key that their siblings have. Where foreign keys were made partition by partition, one is easily forgotten, most often that of the default
 * partition; its rows hold the same keys, and nothing in the catalog leads to them.
 */
final class PartitionFindings {

    /** Columns are compared by name: partitions number theirs as they please. */
    private static final String LACKING = """
            WITH own AS (
                SELECT c.conname, i.inhparent, i.inhrelid, f.attname AS child_column, t.attname AS parent_column
                  FROM pg_catalog.pg_constraint c
                  JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.conrelid
                  JOIN pg_catalog.pg_class p ON p.oid = i.inhparent AND p.relkind = 'p'
                 CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) AS k(child, parent)
                  JOIN pg_catalog.pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = k.child
                  JOIN pg_catalog.pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = k.parent
                 WHERE c.contype = 'f'
                   AND c.confrelid = $1::bigint::oid)
            SELECT n.nspname::text AS schema, s.relname::text AS name, o.child_column::text AS child_column, min(o.conname::text) AS key,
                   pn.nspname::text AS parent_schema, p.relname::text AS parent_name
              FROM own AS o
              JOIN pg_catalog.pg_inherits i ON i.inhparent = o.inhparent
              JOIN pg_catalog.pg_class s ON s.oid = i.inhrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
              JOIN pg_catalog.pg_class p ON p.oid = o.inhparent
              JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
             WHERE o.parent_column = $2
               AND NOT EXISTS (SELECT
                                 FROM own AS h
                                WHERE h.inhrelid = i.inhrelid
                                  AND h.child_column = o.child_column
                                  AND h.parent_column = o.parent_column)
             GROUP BY n.nspname, s.relname, o.child_column, pn.nspname, p.relname
             ORDER BY n.nspname, s.relname, o.child_column
            """;

    private record Lacking(TableName partition, TableName parent, String column, String key) {
        static Lacking fromRow(Row row) {
            return new Lacking(
                    new TableName(row.getString("schema"), row.getString("name")),
                    new TableName(row.getString("parent_schema"), row.getString("parent_name")),
                    row.getString("child_column"),
                    row.getString("key"));
        }
    }

    private final ReadOnly database;
    private final Scope scope;

    PartitionFindings(ReadOnly database, Scope scope) {
        this.database = database;
        this.scope = scope;
    }

    Uni<List<Finding>> find() {
        Stream<Parent> root = Stream.of(new Parent(scope.root(), scope.rekey().key()));
        Stream<Parent> children = scope.rekey().children().stream()
                .filter(child -> scope.tables().containsKey(child.table()))
                .map(child -> new Parent(scope.tables().get(child.table()), child.key()));
        return Multi.createFrom()
                .items(Stream.concat(root, children))
                .onItem()
                .transformToUniAndConcatenate(this::ofParent)
                .collect()
                .in(ArrayList::new, List::addAll);
    }

    /** A table whose keys change, and the column that holds them. */
    private record Parent(Table table, String key) {}

    private Uni<List<Finding>> ofParent(Parent parent) {
        return database.query(LACKING, Tuple.of(parent.table().oid(), parent.key()), Lacking::fromRow)
                .map(all -> all.stream()
                        .filter(lacking -> !isDeclared(lacking))
                        .map(lacking -> warning(parent, lacking))
                        .toList());
    }

    private boolean isDeclared(Lacking lacking) {
        return scope.rekey().references().stream()
                .filter(reference -> reference.column().equals(lacking.column()))
                .map(SoftReference::table)
                .anyMatch(table -> table.equals(lacking.partition()) || table.equals(lacking.parent()));
    }

    private static Finding warning(Parent parent, Lacking lacking) {
        return Finding.warn(
                "partition_lacks_foreign_key",
                "partition " + lacking.partition() + " of " + lacking.parent() + " lacks the foreign key "
                        + lacking.key() + " to " + parent.table().name()
                        + " that its siblings have, so the keys in its column " + lacking.column()
                        + " are not followed by themselves",
                "add under references: " + ReferenceLine.column(lacking.partition(), lacking.column())
                        + ", or give the partition the foreign key");
    }
}
