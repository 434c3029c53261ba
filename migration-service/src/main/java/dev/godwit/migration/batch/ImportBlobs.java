package dev.godwit.migration.batch;

import dev.godwit.migration.batch.ImportVerdict.Kind;
import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.blob.BlobCopies.Result;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;

/** Has the blobs of rows copied before these are written. */
final class ImportBlobs {

    /** Code of a row whose blob is not what the row says. */
    static final String BLOB_MISMATCH = "blob_mismatch";

    /** Code of a row whose blob is not there. */
    static final String BLOB_MISSING = "blob_missing";

    /** Copying takes its time, though the stores limit it. What the batch holds meanwhile is Godwit's own: no row of the application is locked before the blobs are there. */
    private static final String BE_PATIENT = """
            SELECT set_config('godwit.' || name, setting || unit, true), set_config(name, '1min', true)
              FROM pg_settings
             WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
            """;

    private static final String BE_QUICK_AGAIN = """
            SELECT set_config(name, current_setting('godwit.' || name), true)
              FROM pg_settings
             WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')
            """;

    private final ImportRun run;
    private final SqlConnection connection;

    ImportBlobs(ImportRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** The verdicts, those turned whose blobs cannot be had. */
    Uni<List<ImportVerdict>> copied(List<ImportVerdict> verdicts) {
        List<Blob> wanted = wanted(verdicts);
        return wanted.isEmpty()
                ? Uni.createFrom().item(verdicts)
                : connection
                        .query(BE_PATIENT)
                        .execute()
                        .chain(() -> run.outside().blobs().copy(wanted))
                        .call(() -> connection.query(BE_QUICK_AGAIN).execute())
                        .map(results -> turned(verdicts, results));
    }

    /** As {@link #copied}, with nothing written. */
    Uni<List<ImportVerdict>> inspected(List<ImportVerdict> verdicts) {
        List<Blob> wanted = wanted(verdicts);
        return wanted.isEmpty()
                ? Uni.createFrom().item(verdicts)
                : connection
                        .query(BE_PATIENT)
                        .execute()
                        .chain(() -> run.outside().blobs().inspect(wanted))
                        .map(results -> turned(verdicts, results));
    }

    private static List<Blob> wanted(List<ImportVerdict> verdicts) {
        return verdicts.stream()
                .filter(ImportVerdict::writes)
                .flatMap(verdict -> verdict.row().blob().stream())
                .toList();
    }

    private static List<ImportVerdict> turned(List<ImportVerdict> verdicts, Map<String, Result> results) {
        return verdicts.stream().map(verdict -> turned(verdict, results)).toList();
    }

    private static ImportVerdict turned(ImportVerdict verdict, Map<String, Result> results) {
        if (!verdict.writes() || verdict.row().blob().isEmpty()) {
            return verdict;
        }
        Result result = results.get(verdict.key());
        if (result instanceof Result.Mismatch mismatch) {
            return verdict.because(Kind.CONFLICT, BLOB_MISMATCH, mismatch.detail());
        }
        if (result instanceof Result.Missing missing) {
            return verdict.because(Kind.FAILED, BLOB_MISSING, missing.detail());
        }
        return result == null
                ? verdict.because(Kind.FAILED, BLOB_MISSING, "the store did not say what became of the blob")
                : verdict;
    }
}
