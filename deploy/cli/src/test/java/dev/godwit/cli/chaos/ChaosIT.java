package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.chaos.Faults.Means;
import dev.godwit.cli.client.Definitions;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.documents.UuidStandardization;
import dev.godwit.cli.flight.LiveStack;
import dev.godwit.cli.flight.LiveStackExtension;
import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.DatabaseUrl;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The short run of {@code godwit chaos} that every build makes, on the stack that all tests share: each process dies once, and the wire is cut once. */
@ExtendWith(LiveStackExtension.class)
class ChaosIT {
    /** Deals them in three blows of two, the first while most rows wait, the last while the run is being completed. */
    private static final long SEED = 712;

    private static final ChaosOptions OPTIONS = new ChaosOptions(SEED, 1000, 100, 3, Optional.empty());

    private final LiveStack stack;

    ChaosIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void drop() throws Exception {
        MigrationClient migration = MigrationClient.of(stack.stack().describe());
        Path definitions = Path.of(stack.stack().describe().migration().directory());
        for (String name : new UuidStandardization().all()) {
            new Definitions(migration, definitions).remove(name);
        }
        try (Connection connection =
                DatabaseUrl.parse(stack.stack().describe().database().url()).connect()) {
            new ExampleTables(connection, List.of()).drop();
        }
    }

    @Test
    void shouldBeWholeThoughEachProcessDies() throws Exception {
        List<Fault> faults = Faults.of(
                        stack.stack(),
                        new Means(stack.wire(), Optional.empty(), Optional.empty(), Optional.empty()),
                        new Pause(Duration.ofSeconds(20)))
                .stream()
                .filter(fault ->
                        fault.name().startsWith("kill-") || fault.name().equals("cut-wire"))
                .toList();

        ChaosResult result = new ChaosRun(stack.stack(), OPTIONS, faults).fly();

        assertThat(result.checks()).as(result.summary()).hasSizeGreaterThan(10).allMatch(Check::holds);
        assertThat(result.events())
                .extracting(ChaosResult.Event::what)
                .containsAll(faults.stream().map(Fault::name).toList());
    }
}
