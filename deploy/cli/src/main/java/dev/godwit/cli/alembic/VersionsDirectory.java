package dev.godwit.cli.alembic;

import dev.godwit.cli.Failure;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds and reads the revisions of a versions directory and its subfolders, in Alembic's order. Links to directories are not followed. */
final class VersionsDirectory {
    /** A migration is text that people wrote; more than this is something else. */
    static final long FILE_BYTES_MAX = 8L << 20;

    /** What Alembic takes for a revision: editors' lock files and package files are none. */
    private static final Pattern REVISION_FILE = Pattern.compile("(?!\\.#|__init__).*\\.py");

    /** PEP 263, in one of the first two lines. */
    private static final Pattern CODING =
            Pattern.compile("\\A(?:[^\\n]*\\n)?[ \\t\\f]*#[^\\n]*?coding[:=][ \\t]*([-\\w.]+)");

    private final Path directory;
    private final List<Finding> findings = new ArrayList<>();
    private final List<VersionFile> files = new ArrayList<>();

    private VersionsDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads a versions directory, or the one within Alembic's script directory (the one with {@code env.py}).
     *
     * @throws Failure (usage) when there is no such directory
     */
    static VersionsDirectory read(Path given) {
        if (!Files.isDirectory(given)) {
            throw Failure.usage("there is no directory " + given + "; --alembic wants Alembic's versions directory");
        }
        boolean isScriptDirectory =
                Files.isRegularFile(given.resolve("env.py")) && Files.isDirectory(given.resolve("versions"));
        VersionsDirectory read = new VersionsDirectory(isScriptDirectory ? given.resolve("versions") : given);
        try {
            read.paths().forEach(read::readFile);
        } catch (IOException e) {
            throw Failure.failed("cannot read " + given + ": " + e.getMessage(), e);
        }
        return read;
    }

    /** The directory that holds the revisions. */
    Path directory() {
        return directory;
    }

    /** Duplicates included, in the order in which Alembic reads them. */
    List<VersionFile> files() {
        return files;
    }

    /** What could not be read. */
    List<Finding> findings() {
        return findings;
    }

    private List<Path> paths() throws IOException {
        List<Path> paths = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                Path name = folder.getFileName();
                boolean isCache = name != null && name.toString().endsWith("__pycache__");
                return isCache ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                // Follows links to files; a pipe named like a migration would never end.
                if (REVISION_FILE.matcher(file.getFileName().toString()).matches() && Files.isRegularFile(file)) {
                    paths.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                unreadable(file, String.valueOf(e.getMessage()), "make it readable");
                return FileVisitResult.CONTINUE;
            }
        });
        paths.sort(
                Comparator.comparing((Path path) -> path.getParent().toString()).thenComparing(Path::toString));
        return paths;
    }

    private void readFile(Path path) {
        try {
            String name = path.getFileName().toString();
            if (Files.size(path) > FILE_BYTES_MAX) {
                unreadable(path, "it has more than " + (FILE_BYTES_MAX >> 20) + " MiB", "move it out of the directory");
                return;
            }
            PythonModule module = PythonModule.of(source(path));
            new VersionFileReader(path.toString(), name, module, findings)
                    .read()
                    .ifPresent(files::add);
        } catch (IOException | UncheckedIOException e) {
            unreadable(path, e.getMessage(), "make it readable");
        }
    }

    private String source(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        // Whatever the encoding, the line that names it is ASCII.
        String raw = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher coding = CODING.matcher(raw.lines().limit(2).reduce("", (a, b) -> a + b + "\n"));
        Optional<Charset> declared = coding.find() ? charset(coding.group(1)) : Optional.of(StandardCharsets.UTF_8);
        String text = declared.flatMap(charset -> decode(bytes, charset)).orElse(null);
        if (text == null) {
            findings.add(Finding.note(
                    "not_utf8",
                    path.getFileName().toString(),
                    new Place(path.toString(), 1),
                    "is not " + declared.map(Charset::name).orElse("in an encoding that is known here")
                            + "; it was read byte by byte",
                    "Python refuses such a file; save it as UTF-8, or name its encoding: # -*- coding: latin-1 -*-"));
            text = raw;
        }
        String unmarked =
                text.startsWith("\ufeff") ? text.substring(1) : text.startsWith("ï»¿") ? text.substring(3) : text;
        return unmarked.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static Optional<Charset> charset(String name) {
        try {
            return Optional.of(Charset.forName(name.replace("utf8", "utf-8").replace("latin-1", "iso-8859-1")));
        } catch (IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    private static Optional<String> decode(byte[] bytes, Charset charset) {
        try {
            return Optional.of(
                    charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private void unreadable(Path path, String reason, String remedy) {
        findings.add(Finding.problem(
                "unreadable_file",
                path.getFileName().toString(),
                new Place(path.toString(), 0),
                "cannot be read: " + reason,
                remedy));
    }
}
