package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.blob.BlobCopies;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.plan.Finding;
import dev.godwit.migration.plan.Preflight;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Rows that come from another schema: there, twice, back, and what happens meanwhile on either side. */
class ImportIT {

    private static final List<String> SCHOOL = List.of(
            "CREATE SCHEMA legacy",
            "CREATE TABLE legacy.person (id integer PRIMARY KEY, sub text, name text, since timestamp, tags text[], "
                    + Engine.WIDE + ")",
            "CREATE TABLE legacy.course (id integer PRIMARY KEY, title text, teacher integer, helper integer)",
            "CREATE TABLE account (id uuid PRIMARY KEY, sub text NOT NULL UNIQUE, name varchar(12) NOT NULL, since timestamptz, tags text[], note text)",
            "CREATE TABLE course (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL UNIQUE, teacher uuid NOT NULL REFERENCES account, helper uuid)",
            "INSERT INTO legacy.person VALUES (1, 'ann', ' Ann ', '2020-02-29 12:00', '{a,NULL,\"b c\"}'), (2, 'bob', 'Bob', NULL, '{}'), (3, 'eve', 'Eve', 'infinity', NULL)",
            "INSERT INTO legacy.course VALUES (1, 'Algebra', 1, 2), (2, 'Botany', 2, 99), (3, 'Chess', 3, NULL)");

    private static final String ACCOUNTS = """
            migration: accounts
            summary: [name]
            import:
              from: legacy.person
              into: public.account
              set:
                id: uuid5(namespace('accounts'), id::text)
                sub: sub
                name: trim(name)
                since: since
                tags: tags
              on-conflict: {columns: [sub], then: conflict, reason: duplicate_sub}
            """;

    private static final String COURSES = """
            migration: courses
            summary: [teacher, helper]
            depends-on: [accounts]
            import:
              from: legacy.course
              into: public.course
              set:
                title: title
                teacher: identity('accounts', teacher)
                helper: identity('accounts', helper, NULL)
              on-conflict: {columns: [title], reason: ambiguous_course}
            """;

    private static Engine school(String... more) {
        List<String> sql = new ArrayList<>(SCHOOL);
        sql.addAll(List.of(more));
        return Engine.on("import", sql.toArray(String[]::new));
    }

    private static List<String> accounts(Engine engine) {
        return engine.values("SELECT concat_ws(' ', sub, name, note) FROM account ORDER BY 1");
    }

    private static EngineRun commitCourses(Engine engine) {
        return engine.commit(TestDefinitions.of(COURSES, Map.of("accounts.yaml", ACCOUNTS)));
    }

    /** Rows of the source that the map has rows of the target for. */
    private static List<String> mapped(Engine engine) {
        return engine.values("SELECT source_key FROM godwit.imported WHERE target_key IS NOT NULL ORDER BY 1");
    }

    private static List<String> courses(Engine engine) {
        return engine.values(
                "SELECT concat_ws(' ', c.title, t.sub, h.sub) FROM course AS c JOIN account AS t ON t.id = c.teacher LEFT JOIN account AS h ON h.id = c.helper ORDER BY 1");
    }

    /** Outcomes without the keys in the target, which may be drawn from a sequence. */
    private static List<String> story(EngineRun run) {
        return run.story().stream()
                .map(line -> line.replaceAll(" -> \\S+", ""))
                .distinct()
                .toList();
    }

    private static long repaired(Engine engine, EngineRun run) {
        long before = written(engine, run);
        run.state(RunState.VERIFYING);
        run.work(Kind.VERIFY, run.cut(Kind.VERIFY));
        if (!run.context().operation().swept().isEmpty()) {
            run.sweep();
        }
        run.drain();
        run.lookAgain();
        return written(engine, run) - before;
    }

    private static long written(Engine engine, EngineRun run) {
        return Long.parseLong(engine.value(
                "SELECT coalesce(sum(migrated + translated), 0)::bigint FROM godwit.stream WHERE run_id = $1",
                run.id()));
    }

    @Test
    void shouldBringRowsAndTakeThemBack() {
        Engine engine = school();
        Map<String, List<String>> before = engine.contents();
        EngineRun accounts = engine.commit(ACCOUNTS);
        assertThat(accounts.complete()).isZero();
        EngineRun courses = commitCourses(engine);
        assertThat(courses.complete()).isZero();

        assertThat(accounts(engine)).containsExactly("ann Ann", "bob Bob", "eve Eve");
        assertThat(engine.values("SELECT since::text || ' ' || coalesce(tags::text, '-') FROM account ORDER BY sub"))
                .containsExactly("2020-02-29 12:00:00+00 {a,NULL,\"b c\"}", "null", "infinity -");
        assertThat(courses(engine)).containsExactly("Algebra ann bob", "Botany bob", "Chess eve");
        assertThat(accounts.counts()).isEqualTo(Map.of("migrated", 3L));
        assertThat(engine.value(courses.context().operation().countJournaled(), courses.id()))
                .isEqualTo("3");

        courses.rollback();
        accounts.rollback();
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(courses.counts()).isEqualTo(Map.of("migrated", 3L, "reverted", 3L));
        assertThat(accounts.counts()).isEqualTo(Map.of("migrated", 3L, "reverted", 3L));
        assertThat(mapped(engine)).isEmpty();
    }

    @Test
    void shouldWriteNothingTheSecondTime() {
        Engine engine = school();
        engine.commit(ACCOUNTS).complete();
        commitCourses(engine).complete();
        List<String> versions = engine.values(
                "SELECT ctid || ' ' || xmin FROM account UNION ALL SELECT ctid || ' ' || xmin FROM course ORDER BY 1");

        EngineRun accounts = engine.commit(ACCOUNTS);
        accounts.complete();
        EngineRun courses = commitCourses(engine);
        courses.complete();

        assertThat(accounts.counts()).isEqualTo(Map.of("unchanged", 3L));
        assertThat(courses.counts()).isEqualTo(Map.of("unchanged", 3L));
        assertThat(
                        engine.values(
                                "SELECT ctid || ' ' || xmin FROM account UNION ALL SELECT ctid || ' ' || xmin FROM course ORDER BY 1"))
                .isEqualTo(versions);
        accounts.rollback();
        assertThat(engine.values("SELECT ctid || ' ' || xmin FROM account ORDER BY 1"))
                .hasSize(3);
    }

    @Test
    void shouldPlanWhatACommitDoes() {
        Engine engine = school(
                "INSERT INTO account VALUES ('00000000-0000-0000-0000-000000000009', 'eve', 'Eve', NULL, NULL, 'by hand')",
                "INSERT INTO legacy.person VALUES (4, 'ann', 'Ann the second'), (5, NULL, 'Nobody'), (6, 'far', 'name too long for it'), (7, 'bob', 'Bob')",
                "ALTER TABLE account ADD CONSTRAINT no_x CHECK (sub <> 'x')",
                "INSERT INTO legacy.person VALUES (8, 'x', 'X'), (10, 'zero', 'Zero')");
        String yaml = ACCOUNTS.replace("since: since", "since: since + interval '1 day' * (0 / (10 - id))");
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(yaml);
        plan.inspect();
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(engine.values("SELECT source_key FROM godwit.imported")).isEmpty();

        EngineRun run = engine.commit(yaml);
        for (int chunk : run.cut(Kind.BACKFILL)) {
            Engine.await(engine.chunkWork().isolate(run.context(), Kind.BACKFILL, chunk));
        }
        run.drain();
        run.complete();

        assertThat(story(plan))
                .containsExactly(
                        "1 migrated null",
                        "10 failed sqlstate_22012",
                        "2 migrated null",
                        "3 conflict duplicate_sub",
                        "4 conflict duplicate_sub",
                        "5 failed sqlstate_23502",
                        "6 failed sqlstate_22001",
                        "7 conflict duplicate_sub",
                        "8 failed sqlstate_23514");
        assertThat(story(run)).isEqualTo(story(plan));
        assertThat(run.counts()).isEqualTo(plan.counts());
    }

    @Test
    void shouldGiveAPlaceToTheSameRowWhoeverComesFirstT08() {
        Engine engine = school(
                "INSERT INTO legacy.person VALUES (9, 'ann', 'Nine'), (10, 'ann', 'Ten')",
                "UPDATE legacy.person SET name = name WHERE id = 1");
        EngineRun run = engine.commit(ACCOUNTS);
        List<Integer> chunks = new ArrayList<>(run.cut(Kind.BACKFILL));
        Collections.reverse(chunks);
        run.work(Kind.BACKFILL, chunks);
        run.drain();

        assertThat(accounts(engine)).containsExactly("ann Ann", "bob Bob", "eve Eve");
        assertThat(run.story()).contains("9 -> null conflict duplicate_sub", "10 -> null conflict duplicate_sub");

        engine.execute("DELETE FROM legacy.person WHERE id = 1");
        engine.execute("DELETE FROM account WHERE sub = 'ann'");
        assertThat(repaired(engine, run)).isOne();
        assertThat(accounts(engine)).contains("ann Nine");
    }

    @Test
    void shouldSkipOrUpdateWhatIsThereWhenTheFileSaysSo() {
        Engine engine = school(
                "INSERT INTO account VALUES ('00000000-0000-0000-0000-000000000009', 'eve', 'Other', NULL, NULL, 'by hand')");
        Map<String, List<String>> before = engine.contents();
        EngineRun skipping = engine.commit(ACCOUNTS.replace("conflict,", "skip,"));
        skipping.complete();
        assertThat(accounts(engine)).contains("eve Other by hand");
        assertThat(skipping.counts()).isEqualTo(Map.of("migrated", 2L, "skipped", 1L));
        assertThat(mapped(engine)).as("a row that found its place taken").containsExactly("1", "2");
        skipping.rollback();
        assertThat(engine.contents()).isEqualTo(before);

        EngineRun updating = engine.commit(
                ACCOUNTS.replace("conflict,", "update,")
                        .replace(
                                "    id: uuid5(namespace('accounts'), id::text)\n",
                                "    id: coalesce((SELECT a.id FROM public.account a WHERE a.sub = person.sub), gen_random_uuid())\n"));
        updating.complete();
        assertThat(accounts(engine)).contains("eve Eve by hand");
        assertThat(updating.counts()).isEqualTo(Map.of("migrated", 3L));
        updating.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldRecogniseARowThatIsThereAndEqual() {
        Engine engine = school(
                "INSERT INTO account (id, sub, name, since, tags, note) VALUES ('00000000-0000-0000-0000-000000000002', 'bob', 'Bob', NULL, '{}', 'by hand')");
        String yaml = ACCOUNTS.replace(
                "    id: uuid5(namespace('accounts'), id::text)\n",
                "    id: ('00000000-0000-0000-0000-' || lpad(id::text, 12, '0'))\n");
        EngineRun run = engine.commit(yaml);
        run.complete();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L, "unchanged", 1L));
        EngineRun courses = commitCourses(engine);
        courses.complete();
        assertThat(courses(engine)).contains("Botany bob");
    }

    @Test
    void shouldTakeUpARowWhoseIdentityArrivesLaterT16() {
        Engine engine = school("UPDATE legacy.course SET teacher = 77 WHERE id = 3");
        EngineRun courses = commitCourses(engine);
        courses.backfill();
        assertThat(courses.story())
                .containsExactly(
                        "1 -> null skipped missing_identity",
                        "2 -> null skipped missing_identity",
                        "3 -> null skipped missing_identity");

        engine.commit(ACCOUNTS).complete();
        assertThat(courses.pending()).containsExactly("1", "2");
        courses.drain();

        assertThat(courses(engine)).containsExactly("Algebra ann bob", "Botany bob");
        assertThat(courses.counts()).isEqualTo(Map.of("migrated", 2L, "skipped", 1L));
        assertThat(repaired(engine, courses)).isZero();
    }

    private static final String WITH_BLOBS =
            ACCOUNTS + "  on-delete: delete\n  blobs: {path: name, sha256: \"'00'\", size: 1, store: files}\n";

    @Test
    void shouldNotOverwriteWhatIsNewerWithWhatWasReadBeforeT04() throws Exception {
        Engine engine = school();
        EngineRun run = engine.commit(WITH_BLOBS);
        PausedImport paused = PausedImport.of(engine, "Ann");
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        CompletableFuture<Ended> backfill =
                run.next(Kind.BACKFILL, chunks.get(0)).subscribeAsCompletionStage();
        paused.awaitRead();

        engine.execute("UPDATE legacy.person SET name = 'Newer' WHERE id = 1");
        assertThatThrownBy(() -> run.keys(List.of("1"))).matches(PgErrors::isLockNotAvailable);
        paused.goOn();
        backfill.get();
        run.keys(List.of("1"));

        assertThat(accounts(engine)).contains("ann Newer");
    }

    @Test
    void shouldNotRaiseARowThatWasDeletedMeanwhileT04() throws Exception {
        Engine engine = school();
        EngineRun run = engine.commit(WITH_BLOBS);
        PausedImport paused = PausedImport.of(engine, "Ann");
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        CompletableFuture<Ended> backfill =
                run.next(Kind.BACKFILL, chunks.get(0)).subscribeAsCompletionStage();
        paused.awaitRead();

        engine.execute("DELETE FROM legacy.person WHERE id = 1");
        assertThatThrownBy(() -> run.keys(List.of("1"))).matches(PgErrors::isLockNotAvailable);
        paused.goOn();
        backfill.get();
        run.keys(List.of("1"));

        assertThat(accounts(engine)).noneMatch(account -> account.startsWith("ann"));
        assertThat(repaired(engine, run)).isEqualTo(2);
        assertThat(accounts(engine)).containsExactly("bob Bob", "eve Eve");
    }

    @Test
    void shouldTakeAKeyUpAgainThatChangesWhileItIsWorkedOff() throws Exception {
        Engine engine = school();
        EngineRun run = engine.commit(WITH_BLOBS);
        PausedImport paused = PausedImport.of(engine, "Ann");
        park(engine, run, "1");
        CompletableFuture<Boolean> drained =
                engine.pendingKeys().drain(run.context(), false).subscribeAsCompletionStage();
        paused.awaitRead();

        engine.execute("UPDATE legacy.person SET name = 'Newer' WHERE id = 1");
        assertThatThrownBy(() -> park(engine, run, "1")).matches(PgErrors::isLockNotAvailable);
        paused.goOn();
        assertThat(drained.get()).isTrue();
        assertThat(run.pending()).isEmpty();
        park(engine, run, "1");
        run.drain();

        assertThat(accounts(engine)).containsExactly("ann Newer");
    }

    private static void park(Engine engine, EngineRun run, String key) {
        TableName persons = new TableName("legacy", "person");
        Engine.await(engine.batches().inTransaction(connection -> new WaitingKeys(connection, run.id())
                .add(persons, List.of(key), WaitingKeys.Cause.PARKED)));
    }

    @Test
    void shouldGiveAPlaceToWhoWantsItOnceItIsFree() {
        Engine engine = school();
        EngineRun run = engine.commit(ACCOUNTS + "  on-delete: delete\n");
        run.backfill();

        engine.execute("DELETE FROM legacy.person WHERE id = 1");
        engine.execute("INSERT INTO legacy.person VALUES (9, 'ann', 'Nine')");
        run.keys(List.of("1", "9"));
        run.drain();
        assertThat(accounts(engine)).containsExactly("ann Nine", "bob Bob", "eve Eve");

        engine.execute("UPDATE legacy.person SET sub = CASE id WHEN 2 THEN 'kim' ELSE 'bob' END WHERE id IN (2, 3)");
        run.keys(List.of("2", "3"));
        run.drain();
        assertThat(accounts(engine)).containsExactly("ann Nine", "bob Eve", "kim Bob");
        assertThat(repaired(engine, run)).as("told to be right").isOne();
        assertThat(run.counts()).doesNotContainKey("conflict");
    }

    @Test
    void shouldHoldTheEntryOfANewRowFromBeforeItsSourceIsReadT04() throws Exception {
        Engine engine = school(
                "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '20s' AS $$ BEGIN PERFORM pg_advisory_xact_lock(4); RETURN NEW; END $$",
                "CREATE TRIGGER hold BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION hold()");
        EngineRun run = engine.commit(ACCOUNTS);
        List<Integer> chunks = run.cut(Kind.BACKFILL);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CompletableFuture<Void> holder = engine.pool()
                .withTransaction(connection -> connection
                        .query("SELECT pg_advisory_xact_lock(4)")
                        .execute()
                        .chain(() -> Uni.createFrom().completionStage(gate)))
                .subscribeAsCompletionStage();
        awaitSession(engine, "query LIKE 'SELECT pg_advisory_xact_lock%' AND state = 'idle in transaction'");
        CompletableFuture<Ended> backfill =
                run.next(Kind.BACKFILL, chunks.get(0)).subscribeAsCompletionStage();
        awaitSession(engine, "wait_event = 'advisory'");

        engine.execute("UPDATE legacy.person SET name = 'Newer' WHERE id = 1");
        assertThatThrownBy(() -> run.keys(List.of("1"))).matches(PgErrors::isLockNotAvailable);
        gate.complete(null);
        holder.get();
        backfill.get();
        run.keys(List.of("1"));

        assertThat(accounts(engine)).contains("ann Newer");
    }

    private static void awaitSession(Engine engine, String which) {
        Awaitility.await().until(() -> !engine.values(
                        "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND " + which)
                .isEmpty());
    }

    @Test
    void shouldKeepNoEntryOfWhatIsNoEntity() {
        Engine engine = school();
        EngineRun run = engine.commit(ACCOUNTS + "  where: id <> 2\n");

        run.keys(List.of("1", "2", "99"));

        assertThat(engine.values("SELECT source_key FROM godwit.imported")).containsExactly("1");
        assertThat(accounts(engine)).containsExactly("ann Ann");
    }

    @Test
    void shouldNotInsertARowTwiceWhoseKeyATriggerChanges() {
        Engine engine = school(
                "CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := gen_random_uuid(); RETURN NEW; END $$",
                "CREATE TRIGGER other BEFORE INSERT ON account FOR EACH ROW WHEN (NEW.sub = 'ann') EXECUTE FUNCTION other()");
        EngineRun run = engine.commit(ACCOUNTS.replaceFirst(" +on-conflict.*\n", ""));
        run.backfill();

        assertThat(story(run)).contains("1 failed not_inserted", "2 migrated null");
        assertThat(accounts(engine)).containsExactly("ann Ann", "bob Bob", "eve Eve");
        run.rollback();
        assertThat(accounts(engine)).isEmpty();
    }

    @Test
    void shouldFollowDeletionsAndBringRowsBackOnRollback() {
        Engine engine = school();
        EngineRun before = engine.commit(ACCOUNTS);
        before.complete();
        engine.execute("UPDATE account SET note = 'by hand' WHERE sub = 'bob'");
        Map<String, List<String>> stood = engine.contents();
        EngineRun run = engine.commit(ACCOUNTS + "  on-delete: delete\n");
        run.backfill();
        engine.execute("DELETE FROM legacy.person WHERE id IN (2, 3)");
        engine.execute("INSERT INTO course (title, teacher) SELECT 'Held', id FROM account WHERE sub = 'eve'");
        run.keys(List.of("2", "3"));

        assertThat(accounts(engine)).containsExactly("ann Ann", "eve Eve");
        assertThat(run.outcomes().stream().map(o -> o.getString("reason"))).contains("source_deleted", "referenced");
        engine.execute("DELETE FROM course");
        engine.execute("DELETE FROM legacy.person WHERE id = 1");
        assertThat(repaired(engine, run)).as("found in the target").isEqualTo(2);
        assertThat(accounts(engine)).isEmpty();

        run.rollback();
        assertThat(engine.contents().get("public.account")).isEqualTo(stood.get("public.account"));
    }

    @Test
    void shouldKeepRowsWhoseSourceIsGoneUnlessTheFileSaysOtherwise() {
        Engine engine = school();
        EngineRun run = engine.commit(ACCOUNTS);
        run.backfill();
        engine.execute("DELETE FROM legacy.person WHERE id = 2");

        assertThat(run.keys(List.of("2")).notFound()).containsExactly("2");
        assertThat(accounts(engine)).contains("bob Bob");
    }

    @Test
    void shouldFindAndRepairADifferenceOfEitherSide() {
        Engine engine = school();
        EngineRun run = engine.commit(ACCOUNTS);
        run.complete();
        engine.execute("UPDATE account SET tags = '{a,\"\",\"b c\"}' WHERE sub = 'ann'");
        engine.execute("UPDATE legacy.person SET since = '2021-01-01' WHERE id = 2");

        assertThat(repaired(engine, run)).isEqualTo(2);

        assertThat(engine.values("SELECT since || ' ' || tags::text FROM account WHERE sub <> 'eve' ORDER BY sub"))
                .containsExactly("2020-02-29 12:00:00+00 {a,NULL,\"b c\"}", "2021-01-01 00:00:00+00 {}");
        assertThat(run.outcomes().stream().map(o -> o.getString("reason"))).contains("source_changed");
        assertThat(repaired(engine, run)).isZero();
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 3L));
        run.rollback();
        assertThat(engine.values("SELECT sub || ' ' || tags::text FROM account"))
                .as("a row that somebody had changed is left as it was then")
                .containsExactly("ann {a,\"\",\"b c\"}");
        assertThat(run.counts()).containsEntry("reverted", 2L).containsEntry("diverged", 1L);
    }

    @Test
    void shouldTakeBackOnlyWhatNobodyHasChangedSince() {
        Engine engine = school(
                "INSERT INTO account VALUES ('00000000-0000-0000-0000-000000000009', 'eve', 'Other', NULL, NULL, 'by hand')",
                "INSERT INTO legacy.person VALUES (4, 'dan', 'Dan'), (5, 'fay', 'Fay')");
        String yaml = ACCOUNTS.replace("conflict,", "update,")
                .replace(
                        "    id: uuid5(namespace('accounts'), id::text)\n",
                        "    id: ('00000000-0000-0000-0000-' || lpad((id * 3)::text, 12, '0'))\n");
        EngineRun run = engine.commit(yaml);
        run.backfill();
        assertThat(accounts(engine)).contains("eve Eve by hand");
        engine.execute("UPDATE account SET note = 'mine' WHERE sub IN ('bob', 'eve')");
        engine.execute("INSERT INTO course (title, teacher) SELECT 'Held', id FROM account WHERE sub = 'dan'");
        engine.execute("DELETE FROM account WHERE sub = 'fay'");
        engine.execute("INSERT INTO account VALUES ('00000000-0000-0000-0000-000000000015', 'fay', 'Fay')");
        Row preview =
                engine.query(run.context().operation().previewUndo(), run.id()).get(0);
        assertThat(List.of(preview.getLong("restored"), preview.getLong("deleted"), preview.getLong("left")))
                .containsExactly(1L, 1L, 3L);

        run.rollback();

        assertThat(accounts(engine)).containsExactly("bob Bob mine", "dan Dan", "eve Other mine", "fay Fay");
        assertThat(run.counts()).containsEntry("reverted", 2L).containsEntry("diverged", 3L);
        assertThat(story(run))
                .contains("2 diverged changed_since", "4 diverged referenced", "5 diverged changed_since");
    }

    @Test
    void shouldWriteNoRowWhoseBlobIsNotWhatItSays() {
        Engine engine = school();
        engine.blobs(blobs -> {
            Map<String, BlobCopies.Result> results = new HashMap<>();
            results.put("1", BlobCopies.Result.COPIED);
            results.put("2", new BlobCopies.Result.Mismatch("2 bytes instead of 1"));
            results.put("3", new BlobCopies.Result.Missing("nowhere"));
            results.keySet().retainAll(blobs.stream().map(BlobCopies.Blob::key).toList());
            return Uni.createFrom().item(results);
        });
        EngineRun run = engine.commit(WITH_BLOBS);
        run.backfill();

        assertThat(accounts(engine)).containsExactly("ann Ann");
        assertThat(story(run)).containsExactly("1 migrated null", "2 conflict blob_mismatch", "3 failed blob_missing");
        EngineRun nowhere = engine.commit(WITH_BLOBS.replace("accounts", "elsewhere"));
        engine.blobs(blobs -> Uni.createFrom().item(Map.of()));
        nowhere.backfill();
        assertThat(nowhere.counts()).doesNotContainKey("migrated");
    }

    @Test
    void shouldActOnPartsOnly() {
        Engine engine = school();
        EngineRun run = engine.commit(ACCOUNTS + "  where: id < 3\n");

        BatchResult result = run.keys(List.of("2", "3", "77"));

        assertThat(result.outOfScope()).containsExactly("3");
        assertThat(result.notFound()).containsExactly("77");
        assertThat(accounts(engine)).containsExactly("bob Bob");
        run.backfill();
        assertThat(accounts(engine)).containsExactly("ann Ann", "bob Bob");
    }

    @Test
    void shouldRefuseWhereRowLevelSecurityHidesOrForbidsRows() {
        Engine engine = school(
                "DROP ROLE IF EXISTS import_plain",
                "CREATE ROLE import_plain LOGIN",
                "GRANT USAGE ON SCHEMA legacy TO import_plain",
                "GRANT SELECT ON legacy.person TO import_plain",
                "ALTER TABLE legacy.person OWNER TO import_plain",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON account TO import_plain",
                "ALTER TABLE account ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY hand ON account USING (note IS NOT NULL)");

        assertThat(findings(engine, "import_plain", ACCOUNTS)).contains("policy_denied");
        assertThat(findings(engine, "postgres", ACCOUNTS)).isEmpty();
    }

    @Test
    void shouldRefuseWithTheWayOut() {
        Engine engine = school(
                "CREATE TABLE loose (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sub text NOT NULL, kind text NOT NULL)");
        assertThat(findings(engine, "postgres", ACCOUNTS.replace("legacy.person", "legacy.persn")))
                .contains("unknown_table");
        assertThat(findings(engine, "postgres", ACCOUNTS.replace("    name:", "    nam:")))
                .contains("unknown_column");
        assertThat(findings(engine, "postgres", ACCOUNTS.replace("summary: [name]", "summary: [note]")))
                .as("a column of the target, and not of the source")
                .containsExactly("unknown_column");
        assertThat(findings(engine, "postgres", ACCOUNTS.replace("[sub]", "[sub, name]")))
                .contains("no_unique_identity");
        assertThat(findings(engine, "postgres", ACCOUNTS.replace("trim(name)", "trim(nam)")))
                .contains("invalid_expression");
        assertThat(findings(
                        engine,
                        "postgres",
                        "migration: m\nimport: {from: legacy.person, into: loose, set: {sub: sub}}\n"))
                .contains("missing_column", "key_not_set");
    }

    private static List<String> findings(Engine engine, String user, String yaml) {
        return TestPostgres.pool(engine.database(), user)
                .withConnection(connection -> new Preflight().check(connection, TestDefinitions.of(yaml)))
                .await()
                .atMost(TestPostgres.stepTimeout())
                .stream()
                .filter(Finding::refuses)
                .map(Finding::code)
                .toList();
    }
}
