package dev.godwit.migration.graph;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionDirectory;
import dev.godwit.migration.definition.DefinitionError;
import dev.godwit.migration.definition.LoadResult;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The definitions of the configured directory: loaded at start, and again when a file appears, changes or goes.
 *
 * <p>Failure semantics: a mistake never stops the service and never takes away what worked. The errors of the last look are shown, and a file that went bad keeps its
 * last good definition; only a file that is gone takes its definition with it.
 *
 * <p>Runs on: {@link #find} and {@link #current} never block; the disk is read on a worker thread.
 */
@Startup
@ApplicationScoped
public class Definitions {

    private static final Logger LOG = Logger.getLogger(Definitions.class);

    private final Path directory;
    private final Function<Path, LoadResult> loader;

    private volatile LoadResult current = new LoadResult(List.of(), List.of());
    private Optional<Map<String, Stamp>> seen = Optional.empty();

    /** What tells one content of a file from another without reading it. */
    private record Stamp(FileTime modified, long size, Optional<Object> identity) {

        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(), attributes.size(), Optional.ofNullable(attributes.fileKey()));
        }
    }

    @Inject
    Definitions(GraphConfig config) {
        this(config.directory(), directory -> new DefinitionDirectory(directory).load());
    }

    Definitions(Path directory, Function<Path, LoadResult> loader) {
        this.directory = directory;
        this.loader = loader;
    }

    /** The definition of this migration, if its file has ever been sound since the service started and still exists. */
    public Optional<Definition> find(String migration) {
        return current.definitions().stream()
                .filter(definition -> definition.migration().equals(migration))
                .findFirst();
    }

    /** Definitions in use, parents before children, and the errors of the last look at the directory. */
    public LoadResult current() {
        return current;
    }

    @PostConstruct
    void load() {
        refresh();
    }

    @Scheduled(
            every = "${godwit.migrations.poll:2s}",
            delayed = "2s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void poll() {
        refresh();
    }

    /** Loads the directory if something in it changed since the last look. */
    synchronized void refresh() {
        Map<String, Stamp> stamps;
        try {
            stamps = stamps();
        } catch (IOException | UncheckedIOException unreadable) {
            stamps = Map.of();
        }
        // Taken before the files are read: what changes in between differs from it at the next look.
        if (seen.isPresent() && seen.get().equals(stamps)) {
            return;
        }
        seen = Optional.of(stamps);
        LoadResult loaded = loadSafely();
        current = Merge.keepingLastGood(current, loaded);
        report(loaded);
    }

    private LoadResult loadSafely() {
        try {
            return loader.apply(directory);
        } catch (RuntimeException failure) {
            LOG.errorf(failure, "definitions could not be loaded, directory=%s", directory);
            DefinitionError error = new DefinitionError(
                    "", 0, 0, "", "the directory could not be read: " + directory, "the service's log says why");
            return new LoadResult(List.of(), List.of(error));
        }
    }

    private void report(LoadResult loaded) {
        LOG.infof(
                "definitions loaded, directory=%s, definitions=%d, errors=%d",
                directory, current.definitions().size(), loaded.errors().size());
        loaded.errors().forEach(error -> LOG.warnf("definition error: %s", error));
    }

    private Map<String, Stamp> stamps() throws IOException {
        Map<String, Stamp> stamps = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                stamps.put(file.getFileName().toString(), Stamp.of(file));
            }
        }
        return stamps;
    }
}
