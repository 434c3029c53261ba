package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Flown;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.onboarding.StateLedger.Entry;
import dev.godwit.cli.demo.onboarding.StateRows.Row;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Each row stands for what the application wrote last, or for what it held before: on the way there in nine steps, on the way back to the byte. What the old form means in
 * the new one is computed here, not asked of the migration.
 */
final class OnboardingProof implements Proof {

    private static final String TABLE = "onboarding_states";
    private static final String ROOT = "public." + TABLE;
    private static final String COLUMN_ADDED = "agent_history";
    private static final String FORMER =
            "ck_current_step CHECK (((current_step >= 0) AND (current_step <= " + State.LAST_OF_OLD + ")))";
    private static final String NEW =
            "ck_current_step CHECK (((current_step >= 0) AND (current_step <= " + State.LAST_OF_NEW + ")))";

    private final StateLedger ledger;
    private final Map<Moment, StateRows> tables = new EnumMap<>(Moment.class);
    private Set<String> migrated = Set.of();
    private Set<String> diverged = Set.of();

    OnboardingProof(StateLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public int read(Moment moment, Connection connection) throws SQLException {
        take(moment, StateRows.read(connection));
        return rows(moment).size();
    }

    void take(Moment moment, StateRows read) {
        tables.put(moment, read);
    }

    private Map<UUID, Row> rows(Moment moment) {
        return tables.get(moment).rows();
    }

    @Override
    public List<Check> there(Connection connection) {
        return List.of(
                everyRowIsInNineSteps(),
                everyRowMeansWhatItMeant(),
                otherColumnsAreUntouched(),
                markedRowsAreUntouched(),
                nothingIsLostOrMadeUp(Moment.THERE),
                acknowledgedWritesAreThere(),
                constraintIs(Moment.THERE, "the constraint allows nine steps and no more", NEW),
                functionsAreGone(),
                columnIsThere());
    }

    private Check everyRowIsInNineSteps() {
        Findings findings = new Findings();
        rows(Moment.THERE).forEach((id, row) -> {
            if (row.old() || row.step() > State.LAST_OF_NEW) {
                findings.add("row %s is on step %d of the old flow", id, row.step());
            }
        });
        return findings.check(
                "every row is in nine steps", "%,d rows", rows(Moment.THERE).size());
    }

    private Check everyRowMeansWhatItMeant() {
        Findings findings = new Findings();
        int[] written = {0};
        rows(Moment.THERE).forEach((id, row) -> {
            Optional<State> saved = ledger.of(id).flatMap(Entry::state);
            written[0] += saved.isPresent() ? 1 : 0;
            Optional<UUID> wanted = saved.map(state -> StateRows.digest(state.isOld() ? state.inNineSteps() : state))
                    .or(() -> Optional.ofNullable(rows(Moment.BEFORE).get(id)).map(Row::meaning));
            if (wanted.isPresent() && !wanted.get().equals(row.meaning())) {
                findings.add(
                        "row %s does not mean what %s", id, saved.isPresent() ? "the application saved" : "it meant");
            }
        });
        return findings.check(
                "every row means what it meant, or what was saved last",
                "%,d of before, %,d saved meanwhile",
                rows(Moment.THERE).size() - written[0],
                written[0]);
    }

    private Check otherColumnsAreUntouched() {
        Findings findings = new Findings();
        rows(Moment.THERE).forEach((id, row) -> last(id).ifPresent(last -> {
            if (!last.rest().equals(row.sums().rest())) {
                findings.add("row %s differs in a column that no migration writes", id);
            }
        }));
        return findings.check("columns that it does not write are as they were", "to the byte");
    }

    private Check markedRowsAreUntouched() {
        Findings findings = new Findings();
        int[] marked = {0};
        rows(Moment.BEFORE).forEach((id, row) -> {
            if (row.marked()) {
                marked[0]++;
                if (!row.equals(rows(Moment.THERE).get(id))) {
                    findings.add("row %s was changed by an earlier script, and has been changed again", id);
                }
            }
        });
        return findings.check("rows that an earlier script changed are left alone", "%,d rows", marked[0]);
    }

    private Check nothingIsLostOrMadeUp(Moment moment) {
        Findings findings = new Findings();
        Set<UUID> wanted = new HashSet<>(rows(Moment.BEFORE).keySet());
        ledger.entries().forEach((id, entry) -> {
            if (entry.deleted()) {
                wanted.remove(id);
            } else {
                wanted.add(id);
            }
        });
        int count = wanted.size();
        rows(moment).keySet().stream()
                .filter(id -> !wanted.remove(id))
                .forEach(id -> findings.add("row %s was made by nobody", id));
        wanted.forEach(id -> findings.add("row %s is gone", id));
        return findings.check("no row is lost, none made up, none came back", "%,d rows", count);
    }

    /** What newer code saved must be there to the byte; what old code saved by what it means, which has been looked at before. */
    private Check acknowledgedWritesAreThere() {
        Findings findings = new Findings();
        ledger.entries().forEach((id, entry) -> {
            Row now = rows(Moment.THERE).get(id);
            if (now == null ? !entry.deleted() : entry.deleted()) {
                findings.add("row %s: the last write was %s", id, entry.deleted() ? "its deletion" : "another");
            } else if (now != null
                    && entry.lastSavedNew()
                    && !entry.sums().state().equals(now.sums().state())) {
                findings.add("row %s is not what newer code saved", id);
            }
        });
        return findings.check("every write acknowledged to the traffic is there", "%,d writes", ledger.writes());
    }

    private Check constraintIs(Moment moment, String claim, String wanted) {
        Findings findings = new Findings();
        List<String> found = tables.get(moment).constraints();
        if (!found.equals(List.of(wanted))) {
            findings.add("found %s", found);
        }
        return findings.check(claim, "%s", wanted.replaceAll(".*CHECK |[()]", ""));
    }

    private Check functionsAreGone() {
        Findings findings = new Findings();
        tables.get(Moment.THERE).functionSchemas().forEach(schema -> findings.add("schema %s is there", schema));
        return findings.check("functions of the definition are gone with the run", "no schema onboarding");
    }

    private Check columnIsThere() {
        Findings findings = new Findings();
        List<String> wanted = new ArrayList<>(tables.get(Moment.BEFORE).columns());
        wanted.add(COLUMN_ADDED);
        List<String> found = tables.get(Moment.THERE).columns();
        if (!found.equals(wanted)) {
            findings.add("found %s", found);
        }
        return findings.check("the column of the schema migration is there", "%s", COLUMN_ADDED);
    }

    private Check columnsAreAsBefore() {
        Findings findings = new Findings();
        List<String> found = tables.get(Moment.BACK).columns();
        if (!found.equals(tables.get(Moment.BEFORE).columns())) {
            findings.add("found %s", found);
        }
        return findings.check("the columns are those of before", "%d columns", found.size());
    }

    @Override
    public List<Check> toldThere(Flown flown) throws SQLException, IOException {
        Run run = flown.followed();
        migrated = flown.keys(run, ROOT, "migrated", "");
        Set<String> journaled = flown.journaled(run, "SELECT DISTINCT key FROM godwit.image WHERE run_id = ?");
        Findings findings = new Findings();
        journaled.stream()
                .filter(key -> !migrated.contains(key))
                .forEach(key -> findings.add("the journal knows %s, the trail does not", key));
        migrated.forEach(key -> {
            UUID id = UUID.fromString(key);
            Row then = rows(Moment.BEFORE).get(id);
            boolean wasOld = (then != null && then.old())
                    || ledger.of(id).filter(Entry::everOld).isPresent();
            if (!journaled.contains(key) || !wasOld) {
                findings.add("the trail tells of %s, which %s", key, wasOld ? "the journal does not" : "was never old");
            }
        });
        rows(Moment.BEFORE).forEach((id, row) -> {
            if (row.old()
                    && !migrated.contains(id.toString())
                    && ledger.of(id).filter(Entry::changed).isEmpty()) {
                findings.add("the trail does not tell of %s, which was old", id);
            }
        });
        return List.of(
                findings.check("the audit trail equals the journal row by row", "%,d entities", journaled.size()));
    }

    @Override
    public List<Check> back(Connection connection) {
        return List.of(
                everyRowIsWhatWasWrittenLast(),
                nothingIsLostOrMadeUp(Moment.BACK),
                constraintIs(Moment.BACK, "the former constraint is back", FORMER),
                columnsAreAsBefore());
    }

    private Check everyRowIsWhatWasWrittenLast() {
        Findings findings = new Findings();
        rows(Moment.BACK).forEach((id, row) -> last(id).ifPresent(last -> {
            if (!last.equals(row.sums())) {
                findings.add("row %s is not what the application wrote last", id);
            }
        }));
        return findings.check(
                "every row is what was written last, to the byte",
                "%,d of %,d rows identical to before",
                count(this::isIdentical),
                rows(Moment.BEFORE).size());
    }

    /** What the application wrote last, of a row that it has not deleted. */
    private Optional<StateSums> last(UUID id) {
        Optional<Entry> entry = ledger.of(id);
        Row then = rows(Moment.BEFORE).get(id);
        if (entry.isEmpty()) {
            return Optional.ofNullable(then).map(Row::sums);
        }
        StateSums sums = entry.get().sums();
        return Optional.of(
                entry.get().state().isPresent()
                        ? sums
                        : new StateSums(then.sums().state(), sums.rest()));
    }

    /**
     * Rows of the old form that newer code has overwritten, or that were deleted, cannot come back: just these must be named. Of what is written on the way back, it depends on who
     * comes first.
     */
    @Override
    public List<Check> toldBack(Flown flown) throws IOException {
        diverged = flown.keys(flown.followed(), ROOT, "diverged", "");
        Findings findings = new Findings();
        migrated.forEach(key -> {
            Optional<Entry> entry = ledger.beforeTheWayBack(UUID.fromString(key));
            if (!diverged.contains(key)
                    && entry.filter(last -> last.deleted() || last.lastSavedNew())
                            .isPresent()) {
                findings.add("%s was changed since, and the trail does not say so", key);
            }
        });
        diverged.forEach(key -> {
            if (ledger.of(UUID.fromString(key)).filter(Entry::changed).isEmpty()) {
                findings.add("the trail calls %s diverged, but nobody changed it", key);
            }
        });
        return List.of(findings.check(
                "the trail names the rows changed since, and only them", "%,d rows left as they are", diverged.size()));
    }

    @Override
    public List<Tally> tallies() {
        int created = count(id -> !rows(Moment.BEFORE).containsKey(id));
        int identical = count(this::isIdentical);
        int left = count(id -> rows(Moment.BEFORE).containsKey(id) && diverged.contains(id.toString()));
        return List.of(new Tally(
                TABLE,
                identical,
                created,
                rows(Moment.BACK).size() - created - identical - left,
                left,
                tables.get(Moment.BEFORE).checksum(),
                tables.get(Moment.BACK).checksum()));
    }

    private boolean isIdentical(UUID id) {
        Row then = rows(Moment.BEFORE).get(id);
        return then != null && then.sums().equals(rows(Moment.BACK).get(id).sums());
    }

    private int count(Predicate<UUID> condition) {
        return (int) rows(Moment.BACK).keySet().stream().filter(condition).count();
    }
}
