package dev.godwit.migration.run;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Runs of any operation on the whole service: how tests start, command and look at them. */
abstract class ServiceRuns {

    @ConfigProperty(name = "godwit.database.name")
    String database;

    @Inject
    RunServices services;

    @Inject
    Runs runs;

    @Inject
    Pool pool;

    String start(String migration, boolean commit, Optional<Long> limit, List<String> only, boolean follow) {
        return await(start(UUID.randomUUID().toString(), migration, commit, limit, only, follow))
                .getString("run");
    }

    /** The start by a command of this id, not yet sent. */
    Uni<JsonObject> start(
            String commandId,
            String migration,
            boolean commit,
            Optional<Long> limit,
            List<String> only,
            boolean follow) {
        return services.start(new StartCommand(
                commandId,
                migration,
                commit,
                limit,
                only,
                Optional.empty(),
                follow,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                "test",
                Optional.empty(),
                Optional.empty()));
    }

    @CanIgnoreReturnValue
    JsonObject command(RunCommand command, String run) {
        return await(services.command(
                command, run, UUID.randomUUID().toString(), "test", Optional.empty(), Optional.empty()));
    }

    Run run(String id) {
        return await(runs.find(id)).orElseThrow();
    }

    void execute(String sql) {
        TestPostgres.execute(database, sql);
    }

    String value(String sql, Object... parameters) {
        return values(sql, parameters).get(0);
    }

    List<String> values(String sql, Object... parameters) {
        List<String> values = new ArrayList<>();
        for (Row row : await(pool.preparedQuery(sql).execute(Tuple.from(parameters)))) {
            values.add(String.valueOf(row.getValue(0)));
        }
        return values;
    }

    @CanIgnoreReturnValue
    static <T> T await(Uni<T> uni) {
        return uni.await().atMost(TestPostgres.stepTimeout());
    }

    static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(50));
    }
}
