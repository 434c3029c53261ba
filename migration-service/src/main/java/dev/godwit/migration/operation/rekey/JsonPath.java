package dev.godwit.migration.operation.rekey;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a JSON document a reference is: {@code $}, then steps {@code .name}, {@code ."quoted name"}, {@code [3]}, {@code [*]}, and {@code .**} for any number of steps.
 */
public final class JsonPath {

    private static final Pattern STEP =
            Pattern.compile("\\.\\*\\*|\\.([A-Za-z_][A-Za-z0-9_-]*)|\\.\"((?:[^\"\\\\]|\\\\.)*)\"|\\[(\\d+|\\*)]");

    private enum Kind {
        NAME,
        INDEX,
        ANY_INDEX,
        ANY_DEPTH
    }

    private record Step(Kind kind, String name) {}

    private final List<Step> steps;

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static JsonPath parse(String text) {
        if (!text.startsWith("$")) {
            throw new IllegalArgumentException("a path starts with $: " + text);
        }
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(text);
        int at = 1;
        while (at < text.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("no path step at character " + at + " of " + text);
            }
            steps.add(step(matcher));
            at = matcher.end();
        }
        return new JsonPath(List.copyOf(steps));
    }

    private static Step step(Matcher matcher) {
        if (matcher.group().equals(".**")) {
            return new Step(Kind.ANY_DEPTH, "");
        }
        if (matcher.group(3) != null) {
            return matcher.group(3).equals("*") ? new Step(Kind.ANY_INDEX, "") : new Step(Kind.INDEX, matcher.group(3));
        }
        return new Step(Kind.NAME, matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }

    /** Whether a value lies at this path; array indexes are given as {@code [n]}. */
    boolean matches(List<String> location) {
        return matches(0, location, 0);
    }

    private boolean matches(int step, List<String> location, int at) {
        if (step == steps.size()) {
            return at == location.size();
        }
        Step wanted = steps.get(step);
        if (wanted.kind() == Kind.ANY_DEPTH) {
            for (int next = at; next <= location.size(); next++) {
                if (matches(step + 1, location, next)) {
                    return true;
                }
            }
            return false;
        }
        return at < location.size() && fits(wanted, location.get(at)) && matches(step + 1, location, at + 1);
    }

    private static boolean fits(Step wanted, String here) {
        return switch (wanted.kind()) {
            case NAME -> here.equals(wanted.name());
            case INDEX -> here.equals("[" + wanted.name() + "]");
            case ANY_INDEX -> here.startsWith("[") && here.endsWith("]");
            case ANY_DEPTH -> true;
        };
    }
}
