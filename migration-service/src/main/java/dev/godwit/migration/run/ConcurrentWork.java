package dev.godwit.migration.run;

import dev.godwit.migration.catalog.IndexStanding;
import dev.godwit.migration.run.ScriptWork.StatementFailedException;
import dev.godwit.migration.script.Concurrent;
import dev.godwit.migration.script.ScriptStatement;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * One statement that runs in no transaction. Whether it is done is a question to the catalog: before it is sent, because a worker before this one may have got that far,
 * and afterwards, because an index that is not valid is none.
 */
final class ConcurrentWork {

    private final ScriptStatement statement;
    private final Concurrent concurrent;
    private final ScriptOwner owner;

    ConcurrentWork(ScriptStatement statement, ScriptOwner owner) {
        this.statement = statement;
        this.owner = owner;
        this.concurrent = statement.concurrent().orElseThrow();
    }

    /**
     * Sees to it that the statement has been executed once.
     *
     * @param begun whether it was sent before, so that what it makes or drops may have been made or dropped by it
     * @return false when the catalog was as the statement wants it before anybody sent it
     */
    Uni<Boolean> perform(SqlConnection connection, boolean begun) {
        if (concurrent instanceof Concurrent.CreateIndex create) {
            return look(connection).chain(index -> create(connection, create, index, begun));
        }
        if (concurrent instanceof Concurrent.DropIndex drop) {
            return look(connection)
                    .chain(index -> !index.exists() && (begun || drop.ifExists())
                            ? Uni.createFrom().item(begun)
                            : send(connection, statement.sql().text()).replaceWith(true));
        }
        return (begun ? tidy(connection) : Uni.createFrom().voidItem())
                .chain(() -> send(connection, statement.sql().text()))
                .replaceWith(true);
    }

    private Uni<IndexStanding> look(SqlConnection connection) {
        return IndexStanding.look(connection, concurrent);
    }

    private Uni<Boolean> create(
            SqlConnection connection, Concurrent.CreateIndex create, IndexStanding index, boolean begun) {
        boolean there = index.isIndex() && index.valid();
        if (there && (begun || create.ifNotExists())) {
            return Uni.createFrom().item(begun);
        }
        if (index.exists() && !index.isIndex()) {
            return failed("'" + create.name() + "' is the name of something else than an index of " + create.table());
        }
        if (index.builder().isPresent()) {
            return Uni.createFrom()
                    .failure(new BeingBuiltException(
                            create.name().toString(), index.builder().get()));
        }
        return drop(connection, index)
                .chain(() -> send(connection, statement.sql().text()))
                .chain(() -> look(connection))
                .chain(made -> made.isIndex() && made.valid()
                        ? Uni.createFrom().item(true)
                        : failed("the index is not valid although PostgreSQL did not complain"));
    }

    private <T> Uni<T> failed(String message) {
        return Uni.createFrom().failure(new StatementFailedException(statement, new IllegalStateException(message)));
    }

    private Uni<Void> drop(SqlConnection connection, IndexStanding index) {
        return index.isLeftover()
                ? drop(connection, index.quoted().orElseThrow())
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> drop(SqlConnection connection, String quoted) {
        return owner.does(connection, () -> connection
                .query("DROP INDEX CONCURRENTLY IF EXISTS " + quoted)
                .execute()
                .replaceWithVoid());
    }

    private Uni<Void> send(SqlConnection connection, String sql) {
        return owner.does(connection, () -> connection
                .preparedQuery(sql)
                .execute()
                .onFailure()
                .transform(failure -> new StatementFailedException(statement, failure))
                .replaceWithVoid());
    }

    /** Drops what an unfinished statement has left. Idempotent. */
    Uni<Void> tidy(SqlConnection connection) {
        if (concurrent instanceof Concurrent.CreateIndex) {
            return look(connection).chain(index -> drop(connection, index));
        }
        return concurrent instanceof Concurrent.Reindex reindex
                ? IndexStanding.leftBy(connection, reindex).chain(names -> dropAll(connection, names))
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> dropAll(SqlConnection connection, List<String> names) {
        return Multi.createFrom()
                .iterable(names)
                .onItem()
                .transformToUniAndConcatenate(name -> drop(connection, name))
                .onItem()
                .ignoreAsUni();
    }

    /** Somebody else is making an index of that name just now; it may be valid in the end, or not. */
    static final class BeingBuiltException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BeingBuiltException(String index, int pid) {
            super("another session (pid " + pid + ") is making index '" + index + "'", null, false, false);
        }
    }
}
