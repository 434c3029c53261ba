package dev.godwit.cli.command;

import dev.godwit.cli.command.GodwitProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command in the example's README, and the output that the README shows. A comment before it tells the exit code, whether the mistake is corrected before, and SQL
 * that is executed before.
 */
record ReadmeCommand(List<String> arguments, String shown, int exitCode, boolean isCorrected, Optional<String> sql) {
    static final Path EXAMPLE = Path.of("docs/examples/branching-schema");

    private static final Pattern BLOCK = Pattern.compile(
            "<!-- exit (\\d)(, corrected)?(?:, after ([^>]*))? -->\n\n {4}\\./godwit ([^\n]*)\n((?: {4}[^\n]*\n|\n)*)");

    static List<ReadmeCommand> all() {
        try {
            Matcher block = BLOCK.matcher(
                    Files.readString(GodwitProcess.HOME.resolve(EXAMPLE).resolve("README.md")));
            List<ReadmeCommand> all = new ArrayList<>();
            while (block.find()) {
                all.add(new ReadmeCommand(
                        List.of(block.group(4).split(" ")),
                        tidy(block.group(5).replaceAll("(?m)^ {4}", "")),
                        Integer.parseInt(block.group(1)),
                        block.group(2) != null,
                        Optional.ofNullable(block.group(3))));
            }
            return all;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    boolean needsDatabase() {
        return arguments.contains("$DATABASE_URL");
    }

    /** Runs it on a copy of the example. */
    Result run(Path directory, String databaseUrl) throws IOException, InterruptedException {
        copy(directory);
        return GodwitProcess.run(
                directory,
                arguments.stream()
                        .map(argument -> argument.replace("$DATABASE_URL", databaseUrl))
                        .toList());
    }

    private void copy(Path directory) throws IOException {
        Path source = GodwitProcess.HOME.resolve(EXAMPLE);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = directory.resolve(EXAMPLE).resolve(source.relativize(file));
                Files.createDirectories(target.getParent());
                String text = Files.readString(file);
                Files.writeString(
                        target, isCorrected && file.endsWith("tenant_0001_isolation.py") ? corrected(text) : text);
            }
        }
    }

    private static String corrected(String text) {
        return text.replace("| None = None\nbranch", "| None = \"core_0005\"\nbranch");
    }

    /** Without blanks at line ends and empty lines at both ends. */
    static String tidy(String text) {
        return text.lines()
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n"))
                .strip();
    }

    @Override
    public String toString() {
        return String.join(" ", arguments) + (isCorrected ? " (corrected)" : "");
    }
}
