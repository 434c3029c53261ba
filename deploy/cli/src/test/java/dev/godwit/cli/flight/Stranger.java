package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Follows a page to the letter, in a directory with nothing in it but the repository's own files, on a stack that is up. */
final class Stranger {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern RUN = Pattern.compile("\\br[0-9a-z]{12}\\b");
    private static final Pattern DEFINITION = Pattern.compile("migrations/(.+)\\.yaml");

    private final LiveStack stack;
    private final Path directory;
    private final Set<String> definitions = new TreeSet<>();
    private String run = "RUN";

    Stranger(LiveStack stack, Path directory) throws IOException {
        this.stack = stack;
        this.directory = directory;
        for (String name : Set.of("godwit", "deploy", "docs")) {
            Files.createSymbolicLink(directory.resolve(name), Home.find().root().resolve(name));
        }
    }

    /** Names of the definitions that were saved on the way. */
    Set<String> definitions() {
        return definitions;
    }

    /** Returns how many commands the page has; fails at the first that does not do what the page says. */
    int follow(Path page) throws IOException, InterruptedException, SQLException {
        int commands = 0;
        for (Page.Step step : Page.read(page).steps()) {
            if (step instanceof Page.Given given) {
                stack.execute(given.sql());
            } else if (step instanceof Page.SavedFile file) {
                save(file);
            } else if (step instanceof Page.Command command) {
                commands++;
                type(command);
            }
        }
        return commands;
    }

    private void save(Page.SavedFile file) throws IOException {
        Path saved = directory.resolve(file.name());
        Files.createDirectories(saved.getParent());
        Files.writeString(saved, file.content());
        Matcher definition = DEFINITION.matcher(file.name());
        if (definition.matches()) {
            definitions.add(definition.group(1));
            stack.define(definition.group(1), file.content());
        }
    }

    private void type(Page.Command command) throws IOException, InterruptedException {
        if (command.program().isPresent() && !isInstalled(command.program().get())) {
            return;
        }
        String line = command.line()
                .replaceAll("\\bRUN\\b", run)
                .replaceAll("\\bBROKER\\b", stack.stack().describe().kafka().bootstrapServers());
        Result result = shell(line);
        assertThat(result.code()).as(line + "\n" + result.out() + result.err()).isEqualTo(command.exitCode());
        assertThat(Page.tidy(result.out())).as(line).matches(Page.expected(command.shown()));
        Matcher told = RUN.matcher(result.out());
        while (told.find()) {
            run = told.group();
        }
    }

    private boolean isInstalled(String program) throws IOException, InterruptedException {
        return shell("command -v " + program).code() == 0;
    }

    private Result shell(String line) throws IOException, InterruptedException {
        return GodwitProcess.shell(
                directory,
                line,
                PATIENCE,
                Map.of(
                        "GODWIT_BUILD",
                        "never",
                        "GODWIT_STATE",
                        stack.stack().directory().toString()));
    }
}
