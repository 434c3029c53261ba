package dev.godwit.cli.demo.courses;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Figure;
import dev.godwit.cli.demo.Flown;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.courses.CourseTables.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who somebody is now is computed here from the legacy system; on the way back the new application has what people made there, and what that needs, and nothing else. */
final class CourseProof implements Proof {

    /** What is wrong with the dump, by what is said of it. */
    private static final Map<String, Map<String, Set<String>>> MISHAPS = Map.of(
            "legacy-courses", Map.of("ambiguous_course", Set.of("5"), "missing_identity", Set.of("6")),
            "legacy-blobs", Map.of("blob_mismatch", Set.of("7"), "blob_missing", Set.of("8")));

    private final CourseLedger ledger;
    private final Path files;
    private final Map<Moment, CourseTables> moments = new EnumMap<>(Moment.class);

    /** @param files where the new application has its files */
    CourseProof(CourseLedger ledger, Path files) {
        this.ledger = ledger;
        this.files = files;
    }

    @Override
    public int read(Moment moment, Connection connection) throws SQLException {
        moments.put(moment, CourseTables.read(connection));
        return at(moment).rowCount();
    }

    private CourseTables at(Moment moment) {
        return moments.get(moment);
    }

    @Override
    public List<Check> there(Connection connection) throws SQLException {
        return List.of(
                everybodyIsKnown(),
                positionsCount(connection),
                releasersAreKnown(connection),
                filesAreWhatRowsSay(connection),
                legacyRowsAreAsWritten(Moment.THERE),
                newRowsStand(Moment.THERE));
    }

    private Check everybodyIsKnown() {
        Findings findings = new Findings();
        Map<String, Person> wanted = at(Moment.THERE).people();
        Map<String, Person> found = at(Moment.THERE).map();
        wanted.forEach((sub, person) -> {
            if (!person.equals(found.get(sub))) {
                findings.add("wanted %s, found %s", person, found.get(sub));
            }
        });
        found.keySet().stream()
                .filter(sub -> !wanted.containsKey(sub))
                .forEach(sub -> findings.add("nobody is called %s", sub));
        return findings.check("everybody is known, as the legacy system said last", "%,d people", found.size());
    }

    private static Check positionsCount(Connection connection) throws SQLException {
        Findings findings = new Findings();
        Sql sql = new Sql(connection);
        int counted = 0;
        for (String query : List.of(
                "SELECT array_agg(position ORDER BY position)::text FROM units GROUP BY course_id",
                "SELECT array_agg(position ORDER BY position)::text FROM modules GROUP BY unit_id",
                "SELECT array_agg(position ORDER BY position)::text FROM sections GROUP BY module_id")) {
            for (String positions : sql.texts(query)) {
                counted++;
                if (!"{1,2,3,4}".startsWith(positions.substring(0, positions.length() - 1))) {
                    findings.add("positions are %s", positions);
                }
            }
        }
        return findings.check("positions count from the first to the last", "%d groups", counted);
    }

    /** Where nobody of the map released a section, it was the teacher of its course. */
    private static Check releasersAreKnown(Connection connection) throws SQLException {
        Findings findings = new Findings();
        List<String> fallbacks = new Sql(connection).texts("""
                SELECT r.id::text || CASE WHEN c.teacher_sub = r.released_by_sub THEN '' ELSE ' not the teacher' END
                  FROM legacy.releases AS l
                  JOIN releases AS r ON r.released_at = l.released_at AT TIME ZONE 'Europe/Berlin'
                  JOIN sections AS s ON s.id = r.section_id
                  JOIN modules AS m ON m.id = s.module_id
                  JOIN units AS u ON u.id = m.unit_id
                  JOIN courses AS c ON c.id = u.course_id
                 WHERE coalesce(l.released_by, 0) IN (0, 999)
                """);
        fallbacks.stream().filter(row -> row.contains(" ")).forEach(row -> findings.add("release %s", row));
        if (fallbacks.size() != 2) {
            findings.add("two releases lack somebody, %d of them are there", fallbacks.size());
        }
        return findings.check("who is missing as releaser was the teacher", "%d releases", fallbacks.size());
    }

    private Check filesAreWhatRowsSay(Connection connection) throws SQLException {
        Findings findings = new Findings();
        Map<String, String> rows = new TreeMap<>();
        new Sql(connection)
                .each(
                        "SELECT path, sha256 FROM blobs",
                        row -> rows.put(row.getString("path"), row.getString("sha256")));
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> listed = Files.list(files)) {
            listed.filter(Files::isRegularFile)
                    .forEach(file -> found.put(file.getFileName().toString(), sha256(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!found.equals(rows)) {
            findings.add("rows say %s, files are %s", rows, found);
        }
        return findings.check("files are there, and what their rows say", "%d files", found.size());
    }

    private static String sha256(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private Check legacyRowsAreAsWritten(Moment moment) {
        Findings findings = new Findings();
        int rows = 0;
        for (String table : CourseTables.all()) {
            if (table.startsWith("legacy.")) {
                Map<String, String> wanted = new HashMap<>(at(Moment.BEFORE).rows(table));
                wanted.putAll(ledger.rows(table));
                rows += wanted.size();
                differences(table, wanted, at(moment).rows(table), findings);
            }
        }
        return findings.check("every legacy row is as people wrote it", "%,d rows", rows);
    }

    private static void differences(
            String table, Map<String, String> wanted, Map<String, String> found, Findings findings) {
        wanted.forEach((key, sum) -> {
            if (!sum.equals(found.get(key))) {
                findings.add("%s: row %s is %s", table, key, found.containsKey(key) ? "another" : "gone");
            }
        });
        found.keySet().stream()
                .filter(key -> !wanted.containsKey(key))
                .forEach(key -> findings.add("%s: row %s was made by nobody", table, key));
    }

    private Check newRowsStand(Moment moment) {
        Findings findings = new Findings();
        int rows = 0;
        for (String table : CourseTables.all()) {
            if (table.startsWith("public.")) {
                Map<String, String> found = at(moment).rows(table);
                rows += ledger.rows(table).size();
                ledger.rows(table).forEach((key, sum) -> {
                    if (!sum.equals(found.get(key))) {
                        findings.add("%s: row %s is not as it was written", table, key);
                    }
                });
            }
        }
        return findings.check("what people made in the new application stands", "%,d rows", rows);
    }

    @Override
    public List<Check> toldThere(Flown flown) throws SQLException, IOException {
        List<Check> checks = new ArrayList<>();
        checks.add(trailEqualsTables(flown));
        for (Run run : flown.runs()) {
            Map<String, Set<String>> mishaps = MISHAPS.getOrDefault(run.migration(), Map.of());
            if (!mishaps.isEmpty()) {
                checks.add(tellsOfMishaps(flown, run, mishaps));
            }
        }
        checks.add(ambiguousSubmissionsAreNamed(flown));
        return checks;
    }

    private Check trailEqualsTables(Flown flown) throws IOException {
        Findings findings = new Findings();
        int rows = 0;
        for (Run run : flown.runs()) {
            String name = run.migration().equals("legacy-users")
                    ? "users"
                    : run.migration().substring(7);
            String target = name.equals("users") ? CourseTables.MAP : "public." + name;
            Set<String> there = at(Moment.THERE).keys(target);
            there.removeAll(ledger.rows(target).keySet());
            Set<String> told = new TreeSet<>();
            flown.outcomes(run, outcome -> {
                if (outcome.table().equals("legacy." + name)
                        && outcome.outcome().equals("migrated")) {
                    told.add(outcome.newKey());
                }
            });
            rows += there.size();
            there.stream()
                    .filter(key -> !told.contains(key))
                    .forEach(key -> findings.add("%s: nobody tells of row %s", target, key));
            told.stream()
                    .filter(key -> !there.contains(key))
                    .forEach(key -> findings.add("%s: the trail tells of row %s, which is not there", target, key));
        }
        return findings.check("the audit trail equals the tables row by row", "%,d rows", rows);
    }

    private static Check tellsOfMishaps(Flown flown, Run run, Map<String, Set<String>> mishaps) throws IOException {
        Findings findings = new Findings();
        Map<String, Set<String>> told = new TreeMap<>();
        flown.outcomes(run, outcome -> {
            if (!outcome.reason().isEmpty() && !outcome.outcome().equals("migrated")) {
                told.computeIfAbsent(outcome.reason(), reason -> new TreeSet<>())
                        .add(outcome.key());
            }
        });
        if (!told.equals(mishaps)) {
            findings.add("wanted %s, told %s", mishaps, told);
        }
        return findings.check(run.migration() + ": what cannot be imported is told", "%s", told);
    }

    /** All but the first of those that one person handed in for one task. */
    private Check ambiguousSubmissionsAreNamed(Flown flown) throws IOException, SQLException {
        Findings findings = new Findings();
        Run run = flown.runs().get(flown.runs().size() - 1);
        Set<String> told = flown.keys(run, "legacy.submissions", "skipped", "ambiguous_submission");
        Set<String> wanted = flown.journaled(run, """
                SELECT later.id::text
                  FROM legacy.submissions AS later
                 WHERE ?::text IS NOT NULL
                   AND EXISTS (SELECT FROM legacy.submissions AS first
                                 JOIN godwit.imported AS i ON i.migration = 'legacy-submissions' AND i.source_key = first.id::text AND i.target_key IS NOT NULL
                                WHERE first.task_id = later.task_id AND first.user_id = later.user_id AND first.id < later.id)
                """);
        if (!told.containsAll(wanted) || wanted.isEmpty()) {
            findings.add("wanted %s, told %s", wanted, told);
        }
        return findings.check("of two submissions for one task the second is told", "%,d skipped", told.size());
    }

    @Override
    public List<Figure> figures(Flown flown) throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (Run run : flown.runs()) {
            long all = run.count("migrated")
                    + run.count("unchanged")
                    + run.count("skipped")
                    + run.count("conflict")
                    + run.count("failed");
            figures.add(new Figure(run.migration(), "imported", run.count("migrated"), all));
        }
        return figures;
    }

    @Override
    public List<Check> back(Connection connection) {
        return List.of(legacyRowsAreAsWritten(Moment.BACK), newRowsStand(Moment.BACK), nothingElseIsLeft());
    }

    private Check nothingElseIsLeft() {
        Findings findings = new Findings();
        for (String table : CourseTables.all()) {
            if (table.startsWith("public.")) {
                Set<String> left = at(Moment.BACK).keys(table);
                left.removeAll(ledger.rows(table).keySet());
                if (table.equals(CourseTables.MAP)) {
                    left.removeAll(ledger.needed());
                }
                left.forEach(key -> findings.add("%s: row %s is left", table, key));
            }
        }
        return findings.check(
                "what the runs made is gone, but whom people need",
                "%,d people left",
                at(Moment.BACK).rows(CourseTables.MAP).size());
    }

    @Override
    public List<Check> toldBack(Flown flown) throws IOException {
        Findings findings = new Findings();
        Set<String> told = flown.keys(flown.followed(), CourseTables.MAP, "diverged", "referenced");
        Set<String> left = at(Moment.BACK).keys(CourseTables.MAP);
        Set<String> both = new HashSet<>(told);
        both.retainAll(left);
        Stream.concat(told.stream(), left.stream())
                .filter(key -> !both.contains(key))
                .collect(Collectors.toCollection(TreeSet::new))
                .forEach(key -> findings.add("%s is %s", key, told.contains(key) ? "told, but gone" : "left untold"));
        return List.of(findings.check("the trail names whom people need, and only them", "%,d people", told.size()));
    }

    @Override
    public List<Tally> tallies() {
        return CourseTables.all().stream().map(this::tally).toList();
    }

    private Tally tally(String table) {
        Map<String, String> before = at(Moment.BEFORE).rows(table);
        Map<String, String> now = at(Moment.BACK).rows(table);
        int identical = (int) before.entrySet().stream()
                .filter(row -> row.getValue().equals(now.get(row.getKey())))
                .count();
        int created = (int)
                now.keySet().stream().filter(key -> !before.containsKey(key)).count();
        int diverged = table.equals(CourseTables.MAP) ? created : 0;
        return new Tally(
                table.startsWith("public.") ? table.substring(7) : table,
                identical,
                created - diverged,
                now.size() - created - identical,
                diverged,
                at(Moment.BEFORE).checksum(table),
                at(Moment.BACK).checksum(table));
    }
}
