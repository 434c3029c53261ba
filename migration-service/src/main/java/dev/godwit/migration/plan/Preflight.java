package dev.godwit.migration.plan;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.OperationDefinition;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SchemaDefinition;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.plan.ServerFindings.Server;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds before a run what would stop or surprise it: everything at once, each finding with its way out.
 *
 * <p>Transaction: opens and rolls back its own, read-only; the connection must not be in one. Failure semantics: what PostgreSQL says against a definition is a
 * finding; fails only when the database cannot be asked.
 */
public final class Preflight {

    private final ScopeReader scopes = new ScopeReader();
    private final Duration statementTimeout;
    private final Outside outside;

    public Preflight() {
        this(Outside.nothing());
    }

    /** With these databases that definitions may name. */
    public Preflight(Outside outside) {
        this(Discover.Limits.DEFAULT.statementTimeout(), outside);
    }

    /** With another time than half a minute that one statement may take; what is then not checked is told. */
    public Preflight(Duration statementTimeout) {
        this(statementTimeout, Outside.nothing());
    }

    private Preflight(Duration statementTimeout, Outside outside) {
        this.statementTimeout = statementTimeout;
        this.outside = outside;
    }

    /** Refusals and warnings, those about the server first; empty when nothing stands in the way. */
    public Uni<List<Finding>> check(SqlConnection connection, Definition definition) {
        ReadOnly database = new ReadOnly(connection, statementTimeout, definition.session());
        return database.transaction(() -> database.query(ServerFindings.SERVER, Tuple.tuple(), Server::fromRow))
                .map(rows -> rows.get(0))
                .chain(server -> ofDefinition(connection, database, server, definition)
                        .map(found -> join(ServerFindings.judge(server), found)));
    }

    private Uni<List<Finding>> ofDefinition(
            SqlConnection connection, ReadOnly database, Server server, Definition definition) {
        if (server.isTooOld()) {
            return Uni.createFrom().item(List.of());
        }
        return definition.operation().byKind(new OperationDefinition.Kinds<Uni<List<Finding>>>() {
            @Override
            public Uni<List<Finding>> rekey(RekeyDefinition rekey) {
                return ofRekey(connection, database, server, definition, rekey);
            }

            @Override
            public Uni<List<Finding>> transform(TransformDefinition transform) {
                return new TransformFindings(connection, database, server.role(), definition, transform).find();
            }

            @Override
            public Uni<List<Finding>> derive(DeriveDefinition derive) {
                return new DeriveFindings(connection, database, server.role(), definition, derive).find();
            }

            @Override
            public Uni<List<Finding>> imports(ImportDefinition imported) {
                return new ImportFindings(connection, database, server.role(), definition, imported)
                        .find(outside, statementTimeout);
            }

            @Override
            public Uni<List<Finding>> schema(SchemaDefinition schema) {
                return new SchemaFindings(connection, database, definition, schema).find();
            }
        });
    }

    private Uni<List<Finding>> ofRekey(
            SqlConnection connection, ReadOnly database, Server server, Definition definition, RekeyDefinition rekey) {
        return database.transaction(() -> scopes.read(connection, definition, rekey))
                .chain(read -> read.scope().isEmpty()
                        ? Uni.createFrom().item(read.findings())
                        : ofScope(database, server, read.scope().get()).map(found -> join(read.findings(), found)));
    }

    private static Uni<List<Finding>> ofScope(ReadOnly database, Server server, Scope scope) {
        List<Finding> structure = new TableFindings(scope, server.role()).find();
        structure.addAll(new ReferenceFindings(scope).find());
        structure.addAll(new AliasFindings(scope).find());
        return database.transaction(() -> new PartitionFindings(database, scope).find())
                .map(found -> join(structure, found))
                .chain(found -> database.transaction(() -> new PrivilegeFindings(database, scope, server.role()).find())
                        .map(more -> join(found, more)))
                .chain(found -> found.stream().anyMatch(Preflight::hidesRows)
                        ? Uni.createFrom().item(found)
                        : evaluated(database, scope).map(more -> join(found, more)));
    }

    /** Expressions are not tried on tables that cannot be read, or not wholly. */
    private static boolean hidesRows(Finding finding) {
        return finding.code().equals("missing_privilege") || finding.code().equals("policy_denied");
    }

    private static Uni<List<Finding>> evaluated(ReadOnly database, Scope scope) {
        return new ExpressionFindings(database, scope).find().chain(found -> {
            if (!found.isEmpty() || scope.key().isEmpty()) {
                return Uni.createFrom().item(found);
            }
            return new FitFindings(database, scope, scope.key().get()).find();
        });
    }

    private static List<Finding> join(List<Finding> first, List<Finding> second) {
        List<Finding> joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }
}
