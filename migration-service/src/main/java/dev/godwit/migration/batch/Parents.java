package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.TableShape;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows that a row about to be inserted refers to by its foreign keys, as the catalog has these now. A foreign key would make the insert fail, and with triggers off it
 * would not even do that: enforcement is by triggers.
 */
final class Parents {

    /** Each foreign key once: not those that PostgreSQL derives for the partitions of the table that is referred to. PostgreSQL before 18 has no conenforced. */
    private static final String FOREIGN_KEYS = """
            SELECT n.nspname::text AS schema, p.relname::text AS name,
                   ARRAY(SELECT a.attname::text
                           FROM unnest(f.conkey) WITH ORDINALITY AS k(attnum, position)
                           JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
                          ORDER BY k.position) AS columns,
                   ARRAY(SELECT a.attname::text
                           FROM unnest(f.confkey) WITH ORDINALITY AS k(attnum, position)
                           JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.attnum
                          ORDER BY k.position) AS parent_columns,
                   has_any_column_privilege(p.oid, 'UPDATE') AS lockable
              FROM pg_catalog.pg_constraint AS f
              JOIN pg_catalog.pg_class AS p ON p.oid = f.confrelid
              JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace
              LEFT JOIN pg_catalog.pg_constraint AS above ON above.oid = f.conparentid
             WHERE f.contype = 'f'
               AND f.conrelid = $1::text::regclass
               AND above.conrelid IS DISTINCT FROM f.conrelid
               AND coalesce((to_jsonb(f) ->> 'conenforced')::boolean, true)
             ORDER BY f.conname
            """;

    private final TableShape table;
    private final List<ForeignKey> foreignKeys;
    private final boolean lock;

    private record ForeignKey(TableName parent, List<String> columns, List<String> parentColumns, boolean lockable) {

        static ForeignKey fromRow(Row row) {
            return new ForeignKey(
                    new TableName(row.getString("schema"), row.getString("name")),
                    List.of(row.getArrayOfStrings("columns")),
                    List.of(row.getArrayOfStrings("parent_columns")),
                    row.getBoolean("lockable"));
        }
    }

    private Parents(TableShape table, List<ForeignKey> foreignKeys, boolean lock) {
        this.table = table;
        this.foreignKeys = foreignKeys;
        this.lock = lock;
    }

    /**
     * Reads the foreign keys of a table.
     *
     * @param lock whether parents are kept from going before the transaction ends, as a foreign key's own trigger would; where the role may lock them
     */
    static Uni<Parents> of(SqlConnection connection, TableShape table, boolean lock) {
        return connection
                .preparedQuery(FOREIGN_KEYS)
                .execute(Tuple.of(table.name().quoted()))
                .map(rows -> {
                    List<ForeignKey> found = new ArrayList<>();
                    rows.forEach(row -> found.add(ForeignKey.fromRow(row)));
                    return new Parents(table, found, lock);
                });
    }

    /** Whether a single column refers to a table's column by one of the foreign keys. */
    boolean covers(String column) {
        return foreignKeys.stream().anyMatch(key -> key.columns().equals(List.of(column)));
    }

    /**
     * A condition that holds when the parents of a row are there. A column of NULL refers to nothing.
     *
     * @param columns those of the row's image, an array of text that is bound as {@code $1}
     */
    String exist(List<String> columns) {
        Stream<String> conditions = foreignKeys.stream()
                .filter(key -> columns.containsAll(key.columns()))
                .map(key -> exists(key, columns));
        return Stream.concat(Stream.of("true"), conditions).collect(joining("\n           AND "));
    }

    private String exists(ForeignKey key, List<String> columns) {
        String refersToNothing =
                key.columns().stream().map(c -> value(c, columns) + " IS NULL").collect(joining(" OR "));
        String refersToItself = key.parent().equals(table.name()) && columns.containsAll(key.parentColumns())
                ? " OR "
                        + pairs(key)
                                .map(i -> value(key.columns().get(i), columns) + " = "
                                        + value(key.parentColumns().get(i), columns))
                                .collect(joining(" AND ", "(", ")"))
                : "";
        String isParent = pairs(key)
                .map(i -> "p." + quote(key.parentColumns().get(i)) + " = "
                        + value(key.columns().get(i), columns) + "::"
                        + table.casts().get(key.columns().get(i)))
                .collect(joining(" AND "));
        return "(" + refersToNothing + refersToItself + " OR EXISTS (SELECT FROM "
                + key.parent().quoted() + " AS p WHERE " + isParent
                + (lock && key.lockable() ? " FOR KEY SHARE" : "") + "))";
    }

    private static Stream<Integer> pairs(ForeignKey key) {
        return IntStream.range(0, key.columns().size()).boxed();
    }

    /** The value of a column in the row's image. */
    static String value(String column, List<String> columns) {
        return "($1::text[])[" + (columns.indexOf(column) + 1) + "]";
    }
}
