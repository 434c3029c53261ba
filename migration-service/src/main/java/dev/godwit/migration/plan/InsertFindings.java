package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What stands between rows of which some columns are given and the table that they are inserted into: columns that want a value, and sequences that may not be asked. */
final class InsertFindings {

    /** Columns that get a value only if one is given. */
    private static final String REQUIRED_COLUMNS = """
            SELECT a.attname::text AS name
              FROM pg_catalog.pg_attribute AS a
              JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
             WHERE a.attrelid = $1::bigint::oid
               AND a.attnum > 0
               AND NOT a.attisdropped
               AND a.attnotnull
               AND NOT a.atthasdef
               AND a.attidentity = ''
               AND t.typdefault IS NULL
               AND a.attname <> ALL ($2::text[])
             ORDER BY a.attnum
            """;

    /** Sequences behind the defaults of columns that are not given. */
    private static final String FORBIDDEN_SEQUENCES = """
            SELECT DISTINCT s.oid::regclass::text AS name
              FROM pg_catalog.pg_attrdef AS d
              JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
              JOIN pg_catalog.pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
              JOIN pg_catalog.pg_class AS s ON s.oid = p.refobjid
             WHERE d.adrelid = $1::bigint::oid
               AND a.attname <> ALL ($2::text[])
               AND CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege(s.oid, 'USAGE') END
             ORDER BY 1
            """;

    private final ReadOnly database;
    private final TableRights rights;
    private final String role;

    InsertFindings(ReadOnly database, TableRights rights, String role) {
        this.database = database;
        this.rights = rights;
        this.role = role;
    }

    /**
     * All findings; joins the caller's transaction.
     *
     * @param given columns that get a value
     * @param place what gives values, as the definition calls it
     */
    Uni<List<Finding>> find(Table into, Collection<String> given, String place, String remedy) {
        Tuple parameters = Tuple.of(into.oid(), given.toArray(String[]::new));
        List<Finding> findings = new ArrayList<>();
        return database.query(REQUIRED_COLUMNS, parameters, row -> row.getString("name"))
                .invoke(names -> names.forEach(name -> findings.add(Finding.refuse(
                        "missing_column",
                        place + " yields no '" + name + "', which " + into.name() + " demands and has no default for",
                        remedy))))
                .chain(() -> database.query(FORBIDDEN_SEQUENCES, parameters, row -> row.getString("name")))
                .invoke(names -> names.forEach(name -> findings.add(rights.missing(
                        "USAGE on sequence " + name,
                        "GRANT USAGE ON SEQUENCE " + name + " TO " + Identifier.quote(role)))))
                .replaceWith(findings);
    }
}
