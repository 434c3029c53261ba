package dev.godwit.migration.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PgErrorsTest {

    @ParameterizedTest
    @CsvSource({
        "55P03, CONTENTION",
        "40001, CONTENTION",
        "40P01, CONTENTION",
        "57014, CONTENTION",
        "23505, CONTENTION",
        "23503, CONTENTION",
        "23001, CONTENTION",
        "25P03, CONTENTION",
        "57P01, UNAVAILABLE",
        "08006, UNAVAILABLE",
        "53300, UNAVAILABLE",
        "53100, UNAVAILABLE",
        "58030, UNAVAILABLE",
        "23514, DATA",
        "22P02, DATA",
        "42703, DATA"
    })
    void shouldClassifyByState(String state, ErrorClass expected) {
        assertThat(PgErrors.classify(state)).isEqualTo(expected);
        assertThat(PgErrors.classify(new CompletionException(error(state)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
                    42501, -, -, aclcheck_error, STATEMENT
                    42501, -, -, ExecWithCheckOptions, DATA
                    42501, -, PL/pgSQL function note() line 1 at RAISE, exec_stmt_raise, DATA
                    42501, -, PL/pgSQL function note() line 1 at SQL statement, aclcheck_error, DATA
                    42883, 8, -, ParseFuncOrColumn, STATEMENT
                    42P01, 15, -, parserOpenTable, STATEMENT
                    42703, 8, -, errorMissingColumn, STATEMENT
                    42704, 8, -, typenameType, STATEMENT
                    42P01, -, -, RangeVarGetRelidExtended, DATA
                    42P01, 13, PL/pgSQL function note() line 1 at EXECUTE, parserOpenTable, DATA
                    3F000, 8, -, get_namespace_oid, STATEMENT
                    22012, 8, -, int4div, DATA
                    """)
    void shouldBlameTheStatementOnlyForWhatNoRowCanCause(
            String state, String position, String where, String routine, ErrorClass expected) {
        PgException error = new PgException(
                "message", "ERROR", state, "detail", null, position, null, null, where, null, null, routine, null, null,
                null, null, null);

        assertThat(PgErrors.classify(new CompletionException(error))).isEqualTo(expected);
    }

    @Test
    void shouldTakeALostConnectionOrCommitForAnAbsence() {
        assertThat(PgErrors.classify(new CompletionException(new IOException("reset"))))
                .isEqualTo(ErrorClass.UNAVAILABLE);
        assertThat(PgErrors.classify(new LostCommitException())).isEqualTo(ErrorClass.UNAVAILABLE);
        assertThat(PgErrors.classify(new IllegalStateException("ours"))).isEqualTo(ErrorClass.OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"57014", "55P03", "25P04"})
    void shouldKnowWhatASmallerBatchMayHelpAgainst(String state) {
        assertThat(PgErrors.isTimeout(error(state))).isTrue();
    }

    @Test
    void shouldNotTakeOtherContentionForATimeout() {
        assertThat(PgErrors.isTimeout(error("23505"))).isFalse();
        assertThat(PgErrors.isLockNotAvailable(error("55P03"))).isTrue();
        assertThat(PgErrors.isLockNotAvailable(error("57014"))).isFalse();
    }

    @Test
    void shouldDescribeWithoutRowContents() {
        PgException error = new PgException("duplicate key", "ERROR", "23505", "Key (mail)=(a@b.c) already exists.");

        assertThat(PgErrors.describe(new CompletionException(error)))
                .isEqualTo("duplicate key (SQLSTATE 23505)")
                .doesNotContain("a@b.c");
        assertThat(PgErrors.describe(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void shouldTakeAHostNameThatDoesNotResolveForAnAbsenceAndSaySo() {
        Throwable unknown = new CompletionException(new UnknownHostException("postgres.example"));

        assertThat(PgErrors.classify(unknown)).isEqualTo(ErrorClass.UNAVAILABLE);
        assertThat(PgErrors.describe(unknown)).isEqualTo("the host name postgres.example does not resolve");
    }

    private static PgException error(String state) {
        return new PgException("message", "ERROR", state, "detail");
    }
}
