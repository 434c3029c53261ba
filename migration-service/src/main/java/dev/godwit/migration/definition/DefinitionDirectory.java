package dev.godwit.migration.definition;

import dev.godwit.migration.definition.DefinitionParser.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A directory of definitions, one file ({@code *.yaml}, {@code *.yml}) per migration, read as a whole; directories below it and hidden files are left alone.
 *
 * <p>Failure semantics: never throws for what people wrote. Whatever is wrong is an error of the result; a file with an error yields no definition, the others
 * do.
 */
public final class DefinitionDirectory {

    /** Greatest size of a file. */
    public static final int FILE_BYTES_MAX = 1024 * 1024;

    /** Greatest number of files. */
    public static final int FILES_MAX = 10_000;

    /** Maps features to migrations; not a definition itself. */
    private static final String FEATURES_FILE = "features.yaml";

    /** How many other files a message names. */
    private static final int NAMED_MAX = 3;

    private static final Parsed NOTHING = new Parsed(Optional.empty(), Optional.empty(), Optional.empty());

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final Path directory;

    public DefinitionDirectory(Path directory) {
        this.directory = Objects.requireNonNull(directory);
    }

    private record Source(Path file, Problems problems, Parsed parsed) {}

    /** Reads all files anew. Blocks on the file system. */
    public LoadResult load() {
        List<Path> files;
        try {
            files = files();
        } catch (IOException | UncheckedIOException e) {
            String message = "the directory of definitions cannot be read: " + directory;
            return failed(message, "create it, or configure where the definitions are");
        }
        if (files.size() > FILES_MAX) {
            return failed(
                    "more than " + FILES_MAX + " definitions", "split them over several directories and services");
        }
        List<Source> sources = files.stream().map(DefinitionDirectory::source).toList();
        noteDuplicates(sources);
        noteUnknownParents(sources);
        noteCycles(sources);
        return result(sources);
    }

    /** The same for a text to which no other files belong. */
    public static Definition accepted(String text, Path file) {
        return accepted(text, file, Map.of());
    }

    /**
     * The definition of a text that was accepted before, such as the one that a run keeps; parents are not looked at.
     *
     * @throws IllegalStateException when the text is not acceptable any more, which names its mistakes
     */
    public static Definition accepted(String text, Path file, Map<String, String> attachments) {
        Problems problems = new Problems(file.getFileName().toString());
        return new DefinitionParser(file, text, Attachments.of(attachments), problems)
                .parse()
                .definition()
                .orElseThrow(() -> new IllegalStateException("no longer acceptable: " + problems.errors()));
    }

    private static LoadResult failed(String message, String remedy) {
        return new LoadResult(List.of(), List.of(new DefinitionError("", 0, 0, "", message, remedy)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(DefinitionDirectory::isDefinition)
                    .sorted()
                    .limit(FILES_MAX + 1L)
                    .toList();
        }
    }

    private static boolean isDefinition(Path path) {
        String name = path.getFileName().toString();
        boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
        return yaml && !name.startsWith(".") && !name.equals(FEATURES_FILE) && !Files.isDirectory(path);
    }

    private static Source source(Path file) {
        Problems problems = new Problems(file.getFileName().toString());
        Parsed parsed = read(file, problems)
                .flatMap(bytes -> decode(bytes, problems))
                .map(text -> parse(file, text, problems))
                .orElse(NOTHING);
        return new Source(file, problems, parsed);
    }

    /** Whatever a file holds, the others are read: what nobody has foreseen is an error of that file. */
    private static Parsed parse(Path file, String text, Problems problems) {
        try {
            return new DefinitionParser(file, text, Attachments.beside(file), problems).parse();
        } catch (RuntimeException | StackOverflowError unforeseen) {
            problems.inFile(
                    "the file cannot be understood (" + unforeseen.getClass().getSimpleName() + ")",
                    "write it more simply; halves of it show which part it is");
            return NOTHING;
        }
    }

    /** Links are followed, since mounted configuration consists of them; but a pipe or a device would never end. */
    private static Optional<byte[]> read(Path file, Problems problems) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            problems.inFile("this is no regular file", "put a file, or a link to one, in its place");
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                problems.inFile(
                        "larger than " + FILE_BYTES_MAX + " bytes",
                        "a definition is a page or two; keep data elsewhere");
                return Optional.empty();
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            problems.inFile(
                    "the file cannot be read",
                    Files.isSymbolicLink(file)
                            ? "it is a link; let it point to a file that the service's user may read"
                            : "let the service's user read it");
            return Optional.empty();
        }
    }

    private static Optional<String> decode(byte[] bytes, Problems problems) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            int line = (int) text.chars().filter(c -> c == '\n').count() + 1;
            int column = text.length() - text.lastIndexOf('\n');
            problems.inLine(line, column, "the file is not UTF-8", "save it as UTF-8");
            return Optional.empty();
        }
        String content = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        if (content.isBlank()) {
            problems.inFile("the file is empty", "write a definition or remove the file");
            return Optional.empty();
        }
        return Optional.of(content);
    }

    /** Of everything that the definition says: the file, and those that belong to it. */
    static String hash(String text, Map<String, String> attachments) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            new TreeMap<>(attachments).forEach((name, content) -> {
                digest.update((byte) 0);
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(content.getBytes(StandardCharsets.UTF_8));
            });
            return "sha256:" + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must provide SHA-256", e);
        }
    }

    private static void noteDuplicates(List<Source> sources) {
        Map<String, List<Source>> byName = new LinkedHashMap<>();
        sources.forEach(
                source -> source.parsed().name().ifPresent(name -> byName.computeIfAbsent(name, n -> new ArrayList<>())
                        .add(source)));
        byName.forEach((name, same) -> {
            for (Source source : same.size() > 1 ? same : List.<Source>of()) {
                String others = same.stream()
                        .filter(other -> !other.file().equals(source.file()))
                        .limit(NAMED_MAX)
                        .map(other -> other.file().getFileName().toString())
                        .collect(Collectors.joining(", "));
                note(
                        source,
                        DefinitionParser.nameNode(node(source)),
                        "migration",
                        "the migration '" + name + "' is also defined in " + others,
                        "rename one of them");
            }
        });
    }

    private static void noteUnknownParents(List<Source> sources) {
        Set<String> names = sources.stream()
                .flatMap(source -> source.parsed().name().stream())
                .collect(Collectors.toSet());
        for (Source source : sources) {
            for (String parent : dependsOn(source)) {
                if (!names.contains(parent) && !source.problems().isFull()) {
                    String remedy = Spelling.closest(parent, names)
                            .map(guess -> "did you mean '" + guess + "'?")
                            .orElse("add a file that defines it, or remove it from depends-on");
                    note(
                            source,
                            DefinitionParser.dependencyNode(node(source), parent),
                            "depends-on",
                            "no migration is called '" + parent + "'",
                            remedy);
                }
            }
        }
    }

    private static void noteCycles(List<Source> sources) {
        Map<String, Source> byName = new TreeMap<>();
        sources.forEach(
                source -> source.parsed().definition().ifPresent(d -> byName.putIfAbsent(d.migration(), source)));
        for (List<String> cycle : graph(byName).cycles()) {
            String named = String.join(" -> ", cycle) + " -> " + cycle.get(0);
            for (int i = 0; i < cycle.size(); i++) {
                Source source = byName.get(cycle.get(i));
                String parent = cycle.get((i + 1) % cycle.size());
                note(
                        source,
                        DefinitionParser.dependencyNode(node(source), parent),
                        "depends-on",
                        "migrations depend on each other in a cycle: " + named,
                        "remove one of these dependencies");
            }
        }
    }

    private static DependencyGraph graph(Map<String, Source> byName) {
        Map<String, List<String>> parents = new TreeMap<>();
        byName.forEach((name, source) -> parents.put(name, dependsOn(source)));
        return new DependencyGraph(parents);
    }

    private static List<String> dependsOn(Source source) {
        return source.parsed().definition().map(Definition::dependsOn).orElse(List.of());
    }

    private static MappingNode node(Source source) {
        return source.parsed().node().orElseThrow();
    }

    private static <N extends Node> void note(
            Source source, Optional<N> place, String key, String message, String remedy) {
        source.problems().at(place.flatMap(Node::getStartMark), key, message, remedy);
    }

    private static LoadResult result(List<Source> sources) {
        Map<String, Source> sound = new TreeMap<>();
        sources.stream()
                .filter(source -> source.problems().isEmpty())
                .forEach(source -> sound.put(source.parsed().name().orElseThrow(), source));
        List<Definition> definitions = graph(sound).parentsFirst().stream()
                .map(name -> sound.get(name).parsed().definition().orElseThrow())
                .toList();
        List<DefinitionError> errors = sources.stream()
                .flatMap(source -> source.problems().errors().stream())
                .toList();
        return new LoadResult(definitions, errors);
    }
}
