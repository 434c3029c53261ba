package dev.godwit.cli.flight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a page of the documentation tells its reader to do, in its order. Comments of the page mark it: {@code <!-- file NAME -->} before a block to be saved,
 * {@code <!-- exit N -->} before a command (with {@code , where PROGRAM} it is left out on machines that lack the program), {@code <!-- given SQL -->} for what the
 * reader's database is supposed to have. A command's output is shown below it; … stands for anything.
 */
record Page(List<Step> steps) {
    private static final Pattern STEP = Pattern.compile(
            "<!-- (?:" + "given\\n(?<given>.*?)\\n-->" + "|file (?<file>\\S+) -->\n\n```\\w*\n(?<content>.*?)```\n"
                    + "|exit (?<exit>\\d)(?:, where (?<program>\\w+))? -->\n\n {4}(?<line>\\S[^\n]*)\n\n?(?<shown>(?: {4}[^\n]*\n)*))",
            Pattern.DOTALL);

    sealed interface Step permits Given, SavedFile, Command {}

    /** SQL that made what the reader has. */
    record Given(String sql) implements Step {}

    /** A text that the reader saves under the name. */
    record SavedFile(String name, String content) implements Step {}

    /** A line that the reader types, how it ends and what it prints. */
    record Command(String line, int exitCode, String shown, Optional<String> program) implements Step {}

    static Page read(Path file) throws IOException {
        Matcher step = STEP.matcher(Files.readString(file));
        List<Step> steps = new ArrayList<>();
        while (step.find()) {
            if (step.group("given") != null) {
                steps.add(new Given(step.group("given")));
            } else if (step.group("file") != null) {
                steps.add(new SavedFile(step.group("file"), step.group("content")));
            } else {
                steps.add(new Command(
                        step.group("line"),
                        Integer.parseInt(step.group("exit")),
                        step.group("shown"),
                        Optional.ofNullable(step.group("program"))));
            }
        }
        return new Page(steps);
    }

    /** Ids are other ones each time, and columns as wide as they. */
    static String tidy(String text) {
        return text.replaceAll("\\bs[0-9a-z]{12}\\b", "SERIES")
                .replaceAll("\\br[0-9a-z]{12}\\b", "RUN")
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    /** Dots stand for anything, also for nothing. */
    static Pattern expected(String shown) {
        String[] parts = tidy(shown).replace("\n…", "…").split("…", -1);
        List<String> quoted = new ArrayList<>();
        for (String part : parts) {
            quoted.add(Pattern.quote(part));
        }
        return Pattern.compile(String.join(".*", quoted), Pattern.DOTALL);
    }
}
