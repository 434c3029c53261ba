package dev.godwit.migration.run;

import dev.godwit.migration.definition.Identifier;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * As whom the statements of a script are executed: what they make belongs to that role. Only they are: the catalog is looked at, and the journal is written, by Godwit's own
 * role, which may see what its sessions do.
 *
 * @param role empty where that is Godwit's own
 */
record ScriptOwner(Optional<String> role) {

    private static final String OWN = "SET ROLE NONE";

    /**
     * Does the work as the owner. Afterwards the session is Godwit's role's again, unless the work failed in a transaction: that is rolled back, and the role with it.
     *
     * <p>Failure semantics: the work's own failure is passed on, whatever becomes of the session.
     */
    <T> Uni<T> does(SqlConnection connection, Supplier<Uni<T>> work) {
        if (role.isEmpty()) {
            return work.get();
        }
        return become(connection, "SET ROLE " + Identifier.quote(role.get()))
                .chain(() -> work.get()
                        .onFailure()
                        .call(() -> become(connection, OWN).onFailure().recoverWithItem((Void) null)))
                .call(() -> become(connection, OWN));
    }

    private static Uni<Void> become(SqlConnection connection, String sql) {
        return connection.query(sql).execute().replaceWithVoid();
    }
}
