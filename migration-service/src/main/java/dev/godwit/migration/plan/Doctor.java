package dev.godwit.migration.plan;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.plan.ReadOnly.Answer;
import dev.godwit.migration.plan.ServerFindings.Server;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Looks at a database with the eyes of a run: whether changes can be captured, own writes hidden, tables published and rights suffice.
 *
 * <p>Transaction: opens and rolls back its own, read-only; the connection must not be in one. Failure semantics: what cannot be looked at is a check of status
 * unknown; fails only when the database cannot be asked at all.
 */
public final class Doctor {

    private static final Set<String> OF_SOURCES = Set.of(
            "server version",
            "wal_level",
            "primary",
            "replication slot",
            "replication slots left",
            "table ownership",
            "old transactions");
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);

    private final Outside outside;

    /** With these databases that definitions may name. */
    public Doctor(Outside outside) {
        this.outside = outside;
    }

    /** One question, the parameters it takes and what its single row means. */
    private record Question(String name, String sql, Tuple parameters, Function<Row, Check> judge) {}

    /** All checks of the database, in a fixed order. */
    public Uni<List<Check>> examine(SqlConnection connection, String slot) {
        ReadOnly database = new ReadOnly(connection, STATEMENT_TIMEOUT, Map.of());
        return Multi.createFrom()
                .iterable(questions(slot))
                .onItem()
                .transformToUniAndConcatenate(question -> ask(database, question))
                .collect()
                .asList();
    }

    /** Those of a database that imports read; what they are about is named after it. */
    public Uni<List<Check>> examineSource(SqlConnection connection, String source, String slot) {
        ReadOnly database = new ReadOnly(connection, STATEMENT_TIMEOUT, Map.of());
        return Multi.createFrom()
                .iterable(sourceQuestions(slot))
                .onItem()
                .transformToUniAndConcatenate(question -> ask(database, question))
                .map(check -> check.of("source " + source))
                .collect()
                .asList();
    }

    /** Of a database that imports read and that does not answer. */
    public static Check unreachable(String source, Throwable failure) {
        return Check.fail(
                "source " + source,
                "it does not answer: " + PgErrors.describe(failure),
                "see to godwit.sources." + source + ", and to the server");
    }

    private static List<Question> sourceQuestions(String slot) {
        List<Question> questions = new ArrayList<>(questions(slot).stream()
                .filter(question -> OF_SOURCES.contains(question.name()))
                .toList());
        questions.add(new Question("publication", DoctorQueries.SOURCE, Tuple.tuple(), DoctorChecks::source));
        return questions;
    }

    /** The same, and what preflight finds against a definition. */
    public Uni<List<Check>> examine(SqlConnection connection, String slot, Definition definition) {
        return examine(connection, slot).chain(checks -> new Preflight(outside)
                .check(connection, definition)
                .map(findings -> Stream.concat(checks.stream(), ofMigration(definition, findings).stream())
                        .toList()));
    }

    private static List<Check> ofMigration(Definition definition, List<Finding> findings) {
        String prefix = "migration " + definition.migration();
        return findings.isEmpty()
                ? List.of(Check.ok(prefix, "nothing stands in its way"))
                : findings.stream().map(finding -> toCheck(prefix, finding)).toList();
    }

    private static Check toCheck(String prefix, Finding finding) {
        String name = prefix + ": " + finding.code();
        return finding.refuses()
                ? Check.fail(name, finding.message(), finding.remedy())
                : Check.warn(name, finding.message(), finding.remedy());
    }

    private static Uni<Check> ask(ReadOnly database, Question question) {
        return database.probe(question.sql(), question.parameters(), question.judge())
                .map(answer -> {
                    if (answer instanceof Answer.Rows<Check> rows) {
                        return rows.rows().get(0);
                    }
                    return answer instanceof Answer.Refused<Check> refused
                            ? Check.unknown(question.name(), "PostgreSQL says: " + refused.reason())
                            : Check.unknown(question.name(), "it took too long to look");
                });
    }

    private static List<Question> questions(String slot) {
        Tuple none = Tuple.tuple();
        return List.of(
                new Question("server version", ServerFindings.SERVER, none, row -> version(Server.fromRow(row))),
                new Question("wal_level", ServerFindings.SERVER, none, row -> walLevel(Server.fromRow(row))),
                new Question("primary", ServerFindings.SERVER, none, row -> primary(Server.fromRow(row))),
                new Question("schema godwit", DoctorQueries.SCHEMA, none, DoctorChecks::schema),
                new Question("publication", DoctorQueries.PUBLICATION, none, DoctorChecks::publication),
                new Question(
                        "replication slot", DoctorQueries.SLOT, Tuple.of(slot), row -> DoctorChecks.slot(row, slot)),
                new Question("replication slots left", DoctorQueries.SLOTS_LEFT, none, DoctorChecks::slotsLeft),
                new Question("own writes hidden", DoctorQueries.ORIGIN, none, DoctorChecks::origin),
                new Question("logical messages", DoctorQueries.MESSAGES, none, DoctorChecks::messages),
                new Question("table ownership", DoctorQueries.OWNERSHIP, none, DoctorChecks::ownership),
                new Question("triggers off", DoctorQueries.TRIGGERS_OFF, none, DoctorChecks::triggersOff),
                new Question("restore points", DoctorQueries.RESTORE_POINTS, none, DoctorChecks::restorePoints),
                new Question("old transactions", DoctorQueries.OLD_TRANSACTIONS, none, DoctorChecks::oldTransactions));
    }

    private static Check version(Server server) {
        List<Finding> findings = ServerFindings.judge(server).stream()
                .filter(finding -> finding.code().startsWith("server_"))
                .toList();
        return findings.stream()
                .findFirst()
                .map(finding -> finding.refuses()
                        ? Check.fail("server version", finding.message(), finding.remedy())
                        : Check.warn("server version", finding.message(), finding.remedy()))
                .orElse(Check.ok("server version", "PostgreSQL " + server.versionText()));
    }

    private static Check walLevel(Server server) {
        return server.walLevel().equals("logical")
                ? Check.ok("wal_level", "logical")
                : Check.fail(
                        "wal_level",
                        "wal_level is " + server.walLevel() + ", so changes cannot be captured",
                        ServerFindings.WAL_LEVEL_REMEDY);
    }

    private static Check primary(Server server) {
        return server.inRecovery()
                ? Check.fail("primary", "this server is a standby and cannot be written to", "connect to the primary")
                : Check.ok("primary", "the server accepts writes");
    }
}
