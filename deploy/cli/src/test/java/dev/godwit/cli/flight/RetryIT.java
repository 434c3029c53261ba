package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the application's own trigger refuses is put aside; once its cause is mended, one command brings it in. */
@ExtendWith(LiveStackExtension.class)
class RetryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MIGRATION = "retry-papers";

    private final LiveStack stack;

    @TempDir
    private Path elsewhere;

    RetryIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS refusing CASCADE");
    }

    @Test
    void shouldTryAgainWhatFailed() throws Exception {
        Run run = following();
        assertThat(run.count("failed")).isEqualTo(1);
        assertThat(run.count("migrated")).isEqualTo(9);

        Result again = retry(run);
        assertThat(again.code()).as(again.err()).isEqualTo(ExitCode.CONFLICTS);
        assertThat(new Run(again.json()).count("failed")).isEqualTo(1);

        stack.execute("DELETE FROM refusing.names");
        Result mended = retry(run);
        assertThat(mended.code()).as(mended.err()).isEqualTo(ExitCode.DONE);
        assertThat(new Run(mended.json()).count("failed")).isZero();
        assertThat(new Run(mended.json()).count("migrated")).isEqualTo(10);
        assertThat(left()).isEqualTo("0");

        Run completed = stack.complete(run);
        assertThat(completed.state()).as(completed.reason()).isEqualTo("completed");
        Result late = retry(run);
        assertThat(late.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(late.err() + late.out()).contains("is completed", "godwit run " + MIGRATION + " --commit");
    }

    private Result retry(Run run) throws Exception {
        String state = stack.stack().directory().toString();
        return GodwitProcess.run(elsewhere, List.of("retry", run.id(), "--json", "--state", state), PATIENCE);
    }

    private Run following() throws SQLException {
        stack.execute("""
                DROP SCHEMA IF EXISTS refusing CASCADE;
                CREATE SCHEMA refusing;
                CREATE TABLE refusing.names (name text PRIMARY KEY);
                INSERT INTO refusing.names VALUES ('paper 7');
                CREATE TABLE refusing.papers (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
                INSERT INTO refusing.papers SELECT gen_random_uuid(), 'paper ' || i FROM generate_series(1, 10) AS i;
                CREATE FUNCTION refusing.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT FROM refusing.names AS n WHERE n.name = NEW.name) THEN
                        RAISE EXCEPTION 'not this one' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                END
                $$;
                CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON refusing.papers FOR EACH ROW EXECUTE FUNCTION refusing.refuse()
                """);
        stack.define(MIGRATION, """
                migration: retry-papers
                rekey:
                  table: refusing.papers
                  key: id
                  to: uuid5(namespace('papers'), name)
                """);
        Run run = stack.follow(MIGRATION);
        assertThat(run.state()).as(run.reason()).isEqualTo("following");
        return stack.watch().until(run.id(), now -> !now.hasWaitingKeys());
    }

    /** A random id says so; one that is computed says that too. */
    private String left() throws SQLException {
        return stack.value("SELECT count(*) FROM refusing.papers WHERE substr(id::text, 15, 1) <> '5'");
    }
}
