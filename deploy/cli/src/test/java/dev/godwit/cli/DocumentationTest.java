package dev.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the documentation promises can be typed and followed. */
class DocumentationTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent().getParent();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern COMMAND = Pattern.compile("(?:^ {4}|`)\\./godwit ([^`\\n]+)", Pattern.MULTILINE);
    private static final Pattern OPTION = Pattern.compile("(?<!\\S)\\[?(--[a-z-]+)");

    @Test
    void shouldLinkToFilesThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String target = link.group(1).replaceFirst("#.*", "");
                boolean external = target.contains("://") || target.isEmpty();
                if (!external && !Files.exists(page.resolveSibling(target).normalize())) {
                    broken.add(ROOT.relativize(page) + " → " + target);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void shouldShowCommandsThatExist() throws IOException {
        List<String> unknown = new ArrayList<>();
        int seen = 0;
        for (Path page : pages()) {
            Matcher command = COMMAND.matcher(Files.readString(page));
            while (command.find()) {
                seen++;
                check(command.group(1), ROOT.relativize(page) + ": ./godwit " + command.group(1), unknown);
            }
        }

        assertThat(unknown).isEmpty();
        assertThat(seen).isGreaterThan(20);
    }

    private static void check(String typed, String where, List<String> unknown) {
        CommandLine command = Godwit.commandLine();
        for (String word : typed.split("\\s+")) {
            Map<String, CommandLine> subcommands = command.getSubcommands();
            if (!subcommands.containsKey(word)) {
                break;
            }
            command = subcommands.get(word);
        }
        boolean placeholder = typed.startsWith("COMMAND");
        if (!placeholder && command.getParent() == null) {
            unknown.add(where);
        }
        Matcher option = OPTION.matcher(typed);
        while (option.find()) {
            if (command.getCommandSpec().findOption(option.group(1)) == null) {
                unknown.add(where + " has no option " + option.group(1));
            }
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> top = Files.list(ROOT)) {
            return Stream.concat(docs, top)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList();
        }
    }
}
