package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import dev.godwit.migration.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Databases of earlier states of schema {@code godwit}, with a run in the middle, that are migrated to today's. A state is the versions that it had; a version that has landed is
 * never changed, though one with a lower number may land after it.
 */
class UpgradeIT {

    private static final Path VERSIONS = Path.of("src/main/resources/db/migration");

    @TempDir
    private Path earlier;

    @ParameterizedTest
    @ValueSource(strings = {"1-11 21", "1-12 21-22", "1-14 21-23", "1-14 21-27", "1-14 21-29"})
    void shouldGoOnWithARunOfAnEarlierState(String state) throws IOException {
        copy(versions(state));
        String database = TestPostgres.freshDatabase("upgrade");
        migrate(database, "filesystem:" + earlier);
        TestPostgres.execute(database, Files.readString(Path.of("src/test/resources/upgrade/run-in-the-middle.sql")));

        migrate(database, "filesystem:" + VERSIONS);

        Engine engine = Engine.upgraded(database);
        EngineRun run = engine.run("middle");
        assertThat(run.complete()).isZero();
        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("n1", "n2", "n3", "n4");
        assertThat(run.counts()).isEqualTo(Map.of("migrated", 4L));
        run.rollback();
        assertThat(engine.values("SELECT id FROM doc ORDER BY id")).containsExactly("o1", "o2", "o3", "o4");
    }

    private static void migrate(String database, String location) {
        FluentConfiguration configuration = Flyway.configure()
                .dataSource("jdbc:postgresql://127.0.0.1:" + TestPostgres.port() + "/" + database, "postgres", "unused")
                .defaultSchema("godwit")
                .table("flyway_history")
                .locations(location)
                .outOfOrder(true);
        assertThat(configuration.load().migrate().success).isTrue();
    }

    private void copy(Set<Integer> versions) throws IOException {
        try (Stream<Path> files = Files.list(VERSIONS)) {
            files.filter(file -> versions.contains(version(file))).forEach(this::copy);
        }
    }

    private void copy(Path file) {
        try {
            Files.copy(file, earlier.resolve(file.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path file) {
        String name = file.getFileName().toString();
        return Integer.parseInt(name.substring(1, name.indexOf("__")));
    }

    private static Set<Integer> versions(String state) {
        return Arrays.stream(state.split(" "))
                .flatMap(range -> {
                    List<Integer> ends = Arrays.stream(range.split("-"))
                            .map(Integer::valueOf)
                            .toList();
                    return IntStream.rangeClosed(ends.get(0), ends.get(ends.size() - 1))
                            .boxed();
                })
                .collect(Collectors.toSet());
    }
}
