package dev.godwit.cli.demo.roles;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Flown;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.roles.Access.Assignment;
import dev.godwit.cli.demo.roles.Access.Right;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Who should have which access is computed here from who owns what; on the way back every row that people made must stand, and no other. */
final class RoleProof implements Proof {

    private static final String TARGET = Entity.ASSIGNMENTS.relation();

    private final RoleLedger ledger;
    private final Map<Moment, Access> moments = new EnumMap<>(Moment.class);
    private Set<String> diverged = Set.of();

    RoleProof(RoleLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public int read(Moment moment, Connection connection) throws SQLException {
        take(moment, Access.read(connection));
        return at(moment).rowCount();
    }

    void take(Moment moment, Access access) {
        moments.put(moment, access);
    }

    private Access at(Moment moment) {
        return moments.get(moment);
    }

    @Override
    public List<Check> there(Connection connection) {
        return List.of(
                everybodyHasWhatIsDue(),
                nobodyHasMore(),
                startersAreImmutable(),
                formerAssignmentsStand(),
                everyOtherRowIsAsWritten(Moment.THERE),
                writtenAssignmentsStand(Moment.THERE));
    }

    private Check everybodyHasWhatIsDue() {
        Findings findings = new Findings();
        Set<Right> missing = new HashSet<>(at(Moment.THERE).due());
        long admins =
                missing.stream().filter(right -> right.role().equals("Admin")).count();
        int due = missing.size();
        at(Moment.THERE).assignments().values().forEach(row -> missing.remove(row.right()));
        missing.forEach(right -> findings.add("nobody has granted %s", right));
        return findings.check(
                "everybody is assigned what is theirs, superusers all", "%,d owners, %,d admins", due - admins, admins);
    }

    private Check nobodyHasMore() {
        Findings findings = new Findings();
        int[] byPeople = {0};
        at(Moment.THERE).assignments().forEach((id, row) -> {
            if (at(Moment.THERE).due().contains(row.right())) {
                return;
            }
            byPeople[0]++;
            if (!ledger.holds(id) && !at(Moment.BEFORE).assignments().containsKey(id)) {
                findings.add("%s is not due, and nobody granted it", row.right());
            }
        });
        return findings.check("nobody has more, but for what people granted", "%,d granted by hand", byPeople[0]);
    }

    private Check startersAreImmutable() {
        Findings findings = new Findings();
        int[] starters = {0};
        at(Moment.THERE).assignments().values().forEach(row -> {
            if (at(Moment.THERE).starters().contains(row.right())) {
                starters[0]++;
                if (!row.immutable()) {
                    findings.add("%s can be taken away", row.right());
                }
            }
        });
        return findings.check("owning the starter project is for good", "%,d assignments", starters[0]);
    }

    /** But for whether they are immutable, which the second migration may have changed. */
    private Check formerAssignmentsStand() {
        Findings findings = new Findings();
        at(Moment.BEFORE).assignments().forEach((id, then) -> {
            Assignment now = at(Moment.THERE).assignments().get(id);
            if (now == null || !now.rest().equals(then.rest())) {
                findings.add("%s was granted before, and is not what it was", then.right());
            }
        });
        return findings.check(
                "what had been granted before is left alone",
                "%,d assignments",
                at(Moment.BEFORE).assignments().size());
    }

    private Check everyOtherRowIsAsWritten(Moment moment) {
        Findings findings = new Findings();
        int rows = 0;
        for (Entity entity : Entity.values()) {
            if (entity != Entity.ASSIGNMENTS) {
                rows += at(moment).rows(entity).size();
                compare(entity, moment, findings);
            }
        }
        return findings.check("every row of other tables is as people wrote it", "%,d rows", rows);
    }

    /** Every row that people wrote, or that was there before, must be there as it was written last; and nothing else. */
    private void compare(Entity entity, Moment moment, Findings findings) {
        Map<UUID, String> wanted = new HashMap<>(at(Moment.BEFORE).rows(entity));
        wanted.putAll(ledger.rows(entity));
        wanted.values().removeIf(RoleLedger.DELETED::equals);
        Map<UUID, String> found = at(moment).rows(entity);
        wanted.forEach((id, sum) -> {
            if (!sum.equals(found.get(id))) {
                findings.add("%s: row %s is %s", entity.table(), id, found.containsKey(id) ? "another" : "gone");
            }
        });
        found.keySet().stream()
                .filter(id -> !wanted.containsKey(id))
                .forEach(id -> findings.add("%s: row %s was made by nobody", entity.table(), id));
    }

    private Check writtenAssignmentsStand(Moment moment) {
        Findings findings = new Findings();
        Map<UUID, String> found = at(moment).rows(Entity.ASSIGNMENTS);
        Map<UUID, String> written = ledger.rows(Entity.ASSIGNMENTS);
        written.forEach((id, sum) -> {
            if (!found.getOrDefault(id, RoleLedger.DELETED).equals(sum)) {
                findings.add("assignment %s is not what was written last", id);
            }
        });
        return findings.check("what people granted meanwhile stands, to the byte", "%,d assignments", written.size());
    }

    @Override
    public List<Check> toldThere(Flown flown) throws SQLException, IOException {
        return List.of(tellsOfOwners(flown), tellsOfStarters(flown));
    }

    private static Check tellsOfOwners(Flown flown) throws SQLException, IOException {
        Run run = flown.followed();
        Findings findings = new Findings();
        Set<String> told = flown.keys(run, Entity.USERS.relation(), "migrated", "");
        Set<String> late = flown.keys(run, TARGET, "migrated", "late_row");
        Set<String> users = flown.journaled(run, "SELECT DISTINCT entity FROM godwit.derived WHERE run_id = ?");
        Set<String> rows = flown.journaled(run, "SELECT key FROM godwit.derived WHERE run_id = ?");
        differences(told, users, findings);
        late.stream()
                .filter(key -> !rows.contains(key))
                .forEach(key -> findings.add("the trail tells of row %s, the journal does not", key));
        return findings.check(
                "the audit trail equals the journal user by user",
                "%,d users, %,d assignments, %,d of them late",
                users.size(),
                rows.size(),
                late.size());
    }

    private static Check tellsOfStarters(Flown flown) throws SQLException, IOException {
        Run run = flown.runs().get(1);
        Findings findings = new Findings();
        Set<String> told = flown.keys(run, TARGET, "migrated", "");
        Set<String> rows = flown.journaled(run, "SELECT DISTINCT key FROM godwit.image WHERE run_id = ?");
        differences(told, rows, findings);
        return findings.check("and the same of those made immutable", "%,d assignments", rows.size());
    }

    private static void differences(Set<String> told, Set<String> journaled, Findings findings) {
        told.stream()
                .filter(key -> !journaled.contains(key))
                .forEach(key -> findings.add("the trail tells of %s, the journal does not", key));
        journaled.stream()
                .filter(key -> !told.contains(key))
                .forEach(key -> findings.add("the journal knows %s, the trail does not", key));
    }

    @Override
    public List<Check> back(Connection connection) {
        return List.of(
                everyRowOfTheRunIsGone(), writtenAssignmentsStand(Moment.BACK), everyOtherRowIsAsWritten(Moment.BACK));
    }

    private Check everyRowOfTheRunIsGone() {
        Findings findings = new Findings();
        compare(Entity.ASSIGNMENTS, Moment.BACK, findings);
        int there = at(Moment.THERE).assignments().size();
        int back = at(Moment.BACK).assignments().size();
        return findings.check(
                "what the runs made is gone, what people made is left",
                "%,d assignments gone, %,d left",
                there - back,
                back);
    }

    /** What people made or changed while the run was there is named, and nothing else; of what they write on the way back, it depends on who comes first. */
    @Override
    public List<Check> toldBack(Flown flown) throws IOException {
        diverged = flown.keys(flown.followed(), TARGET, "diverged", "");
        Findings findings = new Findings();
        ledger.leftForCertain().stream()
                .filter(ledger::holds)
                .filter(id -> !diverged.contains(id.toString()))
                .forEach(id -> findings.add("%s is left, and the trail does not say so", id));
        diverged.stream()
                .filter(key -> !ledger.mayBeLeft(UUID.fromString(key)))
                .forEach(key -> findings.add("the trail says that %s is left, but nobody wrote it", key));
        return List.of(findings.check(
                "the trail names what people made or changed meanwhile",
                "%,d assignments left, %,d of them once made by the run",
                diverged.size(),
                ledger.edited().size()));
    }

    @Override
    public List<Tally> tallies() {
        return Arrays.stream(Entity.values()).map(this::tally).toList();
    }

    private Tally tally(Entity entity) {
        Map<UUID, String> before = at(Moment.BEFORE).rows(entity);
        Map<UUID, String> now = at(Moment.BACK).rows(entity);
        int identical = (int) before.entrySet().stream()
                .filter(row -> row.getValue().equals(now.get(row.getKey())))
                .count();
        int edited = entity == Entity.ASSIGNMENTS
                ? (int) ledger.edited().stream().filter(now::containsKey).count()
                : 0;
        int created = (int)
                now.keySet().stream().filter(id -> !before.containsKey(id)).count();
        return new Tally(
                entity.table(),
                identical,
                created - edited,
                now.size() - created - identical,
                edited,
                at(Moment.BEFORE).checksum(entity),
                at(Moment.BACK).checksum(entity));
    }
}
