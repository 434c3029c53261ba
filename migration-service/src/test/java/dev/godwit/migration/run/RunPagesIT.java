package dev.godwit.migration.run;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.Engine;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** More runs than a page has. */
class RunPagesIT {

    private static final int RUNS = 1_203;

    private static Engine engine;

    @BeforeAll
    static void makeRuns() {
        engine = Engine.on("pages");
        engine.execute("""
                INSERT INTO godwit.run (id, migration, operation, mode, state, phase, definition, definition_file, definition_hash, barrier_xid, tables, generation)
                SELECT 'r' || n, CASE WHEN n % 3 = 0 THEN 'third' ELSE 'other' END, 'rekey', 'commit', CASE WHEN n % 2 = 0 THEN 'completed' ELSE 'cancelled' END,
                       'backfill', '', '', '', '1', '{}', 1
                  FROM generate_series(1, 1203) AS n
                 ORDER BY n
                """);
    }

    @Test
    void shouldListAllPageByPage() {
        List<String> listed = new ArrayList<>();
        List<String> page = list(Optional.empty(), Optional.empty(), Optional.empty(), RunPage.LIMIT_MAX);
        while (!page.isEmpty() && listed.size() <= RUNS) {
            listed.addAll(page);
            page = list(Optional.empty(), Optional.empty(), Optional.of(page.get(page.size() - 1)), RunPage.LIMIT_MAX);
        }

        assertThat(listed)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, RUNS)
                        .mapToObj(number -> "r" + (RUNS + 1 - number))
                        .toList());
    }

    @Test
    void shouldListThoseThatAreAskedForAfterAnyRun() {
        assertThat(list(Optional.of("third"), Optional.of("completed"), Optional.of("r20"), 2))
                .containsExactly("r18", "r12");
    }

    @Test
    void shouldSayThatTheRunBeforeIsNotThere() {
        assertThatThrownBy(() -> list(Optional.empty(), Optional.empty(), Optional.of("forgotten"), 10))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("'after'");
        assertThat(list(Optional.empty(), Optional.empty(), Optional.of("r1"), 10))
                .as("after the oldest")
                .isEmpty();
    }

    private static List<String> list(
            Optional<String> migration, Optional<String> state, Optional<String> after, int limit) {
        return await(engine.runs().list(new RunPage(migration, state, after, limit))).stream()
                .map(JsonObject.class::cast)
                .map(run -> run.getString("run"))
                .toList();
    }
}
