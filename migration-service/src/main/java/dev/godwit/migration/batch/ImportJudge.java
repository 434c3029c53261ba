package dev.godwit.migration.batch;

import dev.godwit.migration.batch.ImportVerdict.Kind;
import dev.godwit.migration.batch.ImportVerdict.Missing;
import dev.godwit.migration.definition.OnConflict;
import dev.godwit.migration.definition.OnConflict.Then;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares rows of the source with the target and says what is to be done about each. Reads only; a plan and a commit are told the same. */
final class ImportJudge {

    private static final String NO_MISFIT = "NULL::text";

    private final ImportRun run;
    private final SqlConnection connection;

    ImportJudge(ImportRun run, SqlConnection connection) {
        this.run = run;
        this.connection = connection;
    }

    /** SQL that foresees what PostgreSQL would say against a row, for {@link #judge}. */
    record Misfits(String insert, String update) {

        /** Nothing is foreseen: a commit will see. */
        static final Misfits NONE = new Misfits(NO_MISFIT, NO_MISFIT);
    }

    /** What can be foreseen of the target's constraints. */
    Uni<Misfits> misfits() {
        Set<String> given =
                run.model().values().stream().map(value -> value.name()).collect(Collectors.toSet());
        List<Set<String>> judged = run.model().uniques().stream()
                .map(unique -> unique.stream().map(part -> part.name()).collect(Collectors.toSet()))
                .toList();
        InsertForesight foresight = new InsertForesight(connection, run.model().target(), given, judged);
        return foresight
                .misfit()
                .chain(insert -> foresight.misfitOfUpdate().map(update -> new Misfits(insert, update)));
    }

    /**
     * Judges rows in scope.
     *
     * @param targets what the map says of their keys
     * @param followers keys whose place belongs to another row of the source
     */
    Uni<List<ImportVerdict>> judge(
            List<ImportedRow> rows, Map<String, String> targets, Set<String> followers, Misfits misfits) {
        if (rows.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<String> at = rows.stream().map(row -> targets.get(row.key())).collect(Collectors.toList());
        Tuple parameters = parameters(List.of(run.migration()), rows, at);
        Map<String, ImportedRow> byKey = ImportReader.byKey(rows);
        return Rows.query(connection, run.sql().judge(misfits.insert(), misfits.update()), parameters)
                .map(judged -> distinct(judged.stream()
                        .map(found -> verdict(byKey.get(found.getString("key")), found, followers))
                        .toList()));
    }

    /** The arrays that carry rows to the target: keys, the rows of the target that are meant, and values. */
    static Tuple parameters(List<Object> first, List<ImportedRow> rows, List<String> at) {
        List<Object> parameters = new ArrayList<>(first);
        parameters.add(rows.stream().map(ImportedRow::key).toArray(String[]::new));
        parameters.add(at.toArray(String[]::new));
        for (int slot = 0; slot < rows.get(0).texts().size(); slot++) {
            int number = slot;
            parameters.add(rows.stream().map(row -> row.texts().get(number)).toArray(String[]::new));
        }
        return Tuple.from(parameters);
    }

    /** Two rows that would become the same row of the target are not for one statement: the second finds it taken. */
    private List<ImportVerdict> distinct(List<ImportVerdict> verdicts) {
        Set<String> taken = new HashSet<>();
        List<ImportVerdict> distinct = new ArrayList<>();
        for (ImportVerdict verdict : verdicts) {
            boolean claims = verdict.kind() == Kind.UPDATE || verdict.kind() == Kind.ADOPT;
            distinct.add(claims && !taken.add(verdict.at()) ? taken(verdict) : verdict);
        }
        return distinct;
    }

    private ImportVerdict verdict(ImportedRow row, Row found, Set<String> followers) {
        if (found.getString("missing") != null) {
            Missing missing = new Missing(found.getString("missing"), found.getString("missing_key"));
            return ImportVerdict.of(row, Kind.SKIPPED)
                    .because(
                            Kind.SKIPPED,
                            ImportVerdict.MISSING_IDENTITY,
                            "it refers to a row that " + missing.migration() + " has not imported")
                    .lacking(missing);
        }
        ImportVerdict verdict = found.getString("mine") != null ? known(row, found) : unknown(row, found, followers);
        return misfit(verdict, found);
    }

    private static ImportVerdict misfit(ImportVerdict verdict, Row found) {
        String code = found.getString("misfit");
        return code == null || !verdict.writes()
                ? verdict
                : verdict.because(Kind.FAILED, code, "PostgreSQL would refuse the row");
    }

    /** The row has been imported before, by this run or another. */
    private ImportVerdict known(ImportedRow row, Row found) {
        if (found.getBoolean("same")) {
            return ImportVerdict.of(row, Kind.UNCHANGED).at(found.getString("mine"));
        }
        ImportVerdict update = ImportVerdict.of(row, Kind.UPDATE).at(found.getString("mine"));
        return found.getString("other") != null
                ? taken(update)
                : update.named(Optional.ofNullable(found.getString("name")).or(update::name));
    }

    private ImportVerdict unknown(ImportedRow row, Row found, Set<String> followers) {
        String other = found.getString("other");
        if (followers.contains(row.key())) {
            return taken(ImportVerdict.of(row, Kind.CONFLICT));
        }
        if (other == null) {
            return ImportVerdict.of(row, Kind.INSERT).named(Optional.ofNullable(found.getString("name")));
        }
        if (found.getBoolean("owned")) {
            return taken(ImportVerdict.of(row, Kind.CONFLICT));
        }
        if (found.getBoolean("other_same")) {
            return ImportVerdict.of(row, Kind.ADOPT).at(other);
        }
        return policy().then() == Then.UPDATE
                ? ImportVerdict.of(row, Kind.UPDATE).at(other)
                : taken(ImportVerdict.of(row, Kind.CONFLICT));
    }

    /** A row that another row of the source has become is never overwritten: the two would take turns for ever. */
    private ImportVerdict taken(ImportVerdict verdict) {
        return policy().then() == Then.SKIP
                ? verdict.because(Kind.SKIPPED, policy().reason(), "its place is taken, and it need not have it")
                : verdict.because(Kind.CONFLICT, policy().reason(), "its place in the target is taken by another row");
    }

    private OnConflict policy() {
        return run.model().definition().onConflict();
    }
}
