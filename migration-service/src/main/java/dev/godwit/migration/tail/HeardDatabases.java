package dev.godwit.migration.tail;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.sql.SourceUnavailableException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The databases whose changes are heard: the application's own, and those that imports read. Each has a slot, a publication, heartbeats and a history of its own; what is
 * written down about them is in the application's.
 */
@ApplicationScoped
public class HeardDatabases {

    private final Pool pool;
    private final Outside outside;
    private final GodwitConfig config;

    @Inject
    public HeardDatabases(Pool pool, Outside outside, GodwitConfig config) {
        this.pool = pool;
        this.outside = outside;
        this.config = config;
    }

    /**
     * One of them.
     *
     * @param source its name in the configuration; empty for the application's
     */
    public record Heard(Optional<String> source, String slot, String publication, Pool pool) {

        private static final TableName HEARTBEAT = new TableName("godwit", "heartbeat");
        private static final TableName HEARTBEAT_ELSEWHERE = new TableName("godwit_source", "heartbeat");

        /** Its name where names are kept; the application's has an empty one. */
        public String name() {
            return source.orElse("");
        }

        /** The table whose numbered rows travel as its changes do. */
        public TableName heartbeat() {
            return source.isEmpty() ? HEARTBEAT : HEARTBEAT_ELSEWHERE.in(source);
        }

        /** One statement, in a session that cannot write unless the database is the application's. */
        public Uni<RowSet<Row>> query(String sql, Object... parameters) {
            return source.map(name -> SourceUnavailableException.within(
                            name, pool, there -> there.preparedQuery(sql).execute(Tuple.from(parameters))))
                    .orElseGet(() -> pool.preparedQuery(sql).execute(Tuple.from(parameters)));
        }

        /** A transaction that may write. */
        public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
            return source.map(name -> SourceUnavailableException.within(name, pool, there -> writing(there, work)))
                    .orElseGet(() -> pool.withTransaction(work));
        }

        private static <T> Uni<T> writing(SqlConnection there, Function<SqlConnection, Uni<T>> work) {
            return there.begin().chain(transaction -> there.query("SET TRANSACTION READ WRITE")
                    .execute()
                    .chain(() -> work.apply(there))
                    .call(transaction::commit)
                    .onFailure()
                    .call(() -> transaction.rollback().onFailure().recoverWithNull()));
        }
    }

    /**
     * The database of that name, or the application's.
     *
     * @throws dev.godwit.migration.catalog.CatalogException when none is configured
     */
    public Heard of(Optional<String> source) {
        return source.map(name -> heard(name, outside.mustHave(name)))
                .orElseGet(() -> new Heard(source, config.capture().slot(), "godwit", pool));
    }

    /** The same, if there is one. */
    public Optional<Heard> find(Optional<String> source) {
        return source.isPresent() && outside.source(source.get()).isEmpty()
                ? Optional.empty()
                : Optional.of(of(source));
    }

    /** All but the application's. */
    public List<Heard> sources() {
        return config.sources().keySet().stream()
                .sorted()
                .map(name -> of(Optional.of(name)))
                .toList();
    }

    /** Slot and publication have one name, so that two installations that read one database do not meet in either. */
    private Heard heard(String name, Pool there) {
        String slot = Optional.ofNullable(config.sources().get(name))
                .flatMap(GodwitConfig.Source::slot)
                .orElse("godwit_" + name);
        return new Heard(Optional.of(name), slot, slot, there);
    }
}
