package dev.godwit.migration.catalog;

import dev.godwit.migration.definition.Provides.Provided;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks for what schema migrations provide. Reads the catalog only: no lock on any table is taken. */
public final class ProvidedObjects {

    /** An index that is not valid is there for writers, but not for readers; a constraint that is not validated holds for what is written from now on. */
    private static final String LOOK = """
            SELECT CASE p.kind
                   WHEN 'table' THEN CASE WHEN c.relkind IN ('r', 'p', 'f', 'v', 'm') THEN 'present' END
                   WHEN 'column' THEN (SELECT 'present'
                                         FROM pg_catalog.pg_attribute AS a
                                        WHERE a.attrelid = c.oid AND a.attname = p.member AND a.attnum > 0 AND NOT a.attisdropped)
                   WHEN 'index' THEN (SELECT CASE WHEN i.indisvalid THEN 'present' ELSE 'invalid' END
                                        FROM pg_catalog.pg_index AS i
                                       WHERE i.indexrelid = c.oid)
                   WHEN 'constraint' THEN (SELECT 'present'
                                             FROM pg_catalog.pg_constraint AS k
                                            WHERE k.conrelid = c.oid AND k.conname = p.member)
                   END AS state
              FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS p(kind, schema, relation, member, position)
              LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = p.schema
              LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.relation
             ORDER BY p.position
            """;

    private ProvidedObjects() {}

    /** How an object stands. */
    public enum State {
        PRESENT,
        MISSING,
        /** An index that PostgreSQL does not use. */
        INVALID
    }

    /** An object and how it stands. */
    public record Standing(Provided object, State state) {

        public boolean isPresent() {
            return state == State.PRESENT;
        }

        /** For people. */
        @Override
        public String toString() {
            return object + (state == State.INVALID ? " (invalid)" : "");
        }
    }

    /** All objects, in their order. */
    public static Uni<List<Standing>> look(SqlClient client, List<Provided> objects) {
        if (objects.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple names = Tuple.of(
                objects.stream().map(Provided::kind).toArray(String[]::new),
                objects.stream().map(object -> object.relation().schema()).toArray(String[]::new),
                objects.stream().map(object -> object.relation().name()).toArray(String[]::new),
                objects.stream().map(Provided::member).toArray(String[]::new));
        return client.preparedQuery(LOOK).execute(names).map(rows -> {
            List<Standing> standings = new ArrayList<>();
            rows.forEach(
                    row -> standings.add(new Standing(objects.get(standings.size()), state(row.getString("state")))));
            return standings;
        });
    }

    private static State state(String found) {
        return found == null ? State.MISSING : State.valueOf(found.toUpperCase(Locale.ROOT));
    }
}
