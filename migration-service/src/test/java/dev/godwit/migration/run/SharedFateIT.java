package dev.godwit.migration.run;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedFateIT {

    @Test
    void shouldNameWhatElseLivesWithWhatARunWrites() {
        Engine engine = Engine.on(
                "fate",
                "CREATE TABLE doc (id text PRIMARY KEY)",
                "CREATE TABLE other (id text PRIMARY KEY)",
                "CREATE VIEW seen AS SELECT id FROM doc",
                "CREATE MATERIALIZED VIEW kept AS SELECT count(*) FROM seen",
                "CREATE MATERIALIZED VIEW elsewhere AS SELECT count(*) FROM other",
                "CREATE PUBLICATION theirs FOR TABLE doc, other",
                "CREATE PUBLICATION godwit FOR TABLE doc",
                "SELECT pg_create_physical_replication_slot('fate_of_others', true)");
        try {
            List<String> shared =
                    await(new SharedFate(engine.runs(), engine.config()).of(List.of("public.doc", "public.gone")))
                            .stream()
                            .map(JsonObject.class::cast)
                            .map(found -> found.getString("kind") + " " + found.getString("name") + ": "
                                    + found.getString("detail"))
                            .toList();

            assertThat(shared)
                    .contains(
                            "materialized-view kept: shows the rows as they were until somebody refreshes it: REFRESH MATERIALIZED VIEW kept",
                            "publication theirs: its subscribers get what the run writes to public.doc")
                    .anyMatch(found -> found.startsWith("slot fate_of_others: physical, not in use, keeps "))
                    .noneMatch(found -> found.contains("elsewhere") || found.startsWith("publication godwit"));
        } finally {
            engine.execute("SELECT pg_drop_replication_slot('fate_of_others')");
        }
    }
}
