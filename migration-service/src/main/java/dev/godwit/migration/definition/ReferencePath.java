package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where inside JSON a key stands: {@code $} and then steps. {@code .name} and {@code ."any name"} go into an object, {@code [n]} and {@code [*]} into an array,
 * {@code .**} to any depth.
 */
public record ReferencePath(List<Step> steps) {

    /** One step down. */
    public sealed interface Step permits Member, Element, AnyElement, AnyDepth {}

    /** The value of this name in an object. */
    public record Member(String name) implements Step {}

    /** The element at this index, from 0, of an array. */
    public record Element(int index) implements Step {}

    /** Each element of an array. */
    public record AnyElement() implements Step {}

    /** The value itself and everything in it. */
    public record AnyDepth() implements Step {}

    private static final int LENGTH_MAX = 1000;
    private static final Pattern STEP = Pattern.compile("\\.\\*\\*|\\.(?<name>[\\p{L}_][\\p{L}\\p{N}_$-]*)"
            + "|\\.\"(?<quoted>(?:[^\"\\\\]|\\\\[\"\\\\])*)\"|\\[(?<index>\\d{1,9})]|(?<any>\\[\\*])");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    public ReferencePath {
        steps = List.copyOf(steps);
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException with a message that says where it stops being one
     */
    public static ReferencePath parse(String text) {
        String path = text.strip();
        if (path.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "a path has at most " + LENGTH_MAX + " characters, but this has " + path.length());
        }
        if (!path.startsWith("$")) {
            throw new IllegalArgumentException("a path begins with $, but this is '" + text + "'");
        }
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        int at = 1;
        while (at < path.length()) {
            if (!matcher.region(at, path.length()).lookingAt()) {
                throw new IllegalArgumentException("no step of a path: '" + path.substring(at) + "'");
            }
            steps.add(step(matcher));
            at = matcher.end();
        }
        return new ReferencePath(steps);
    }

    private static Step step(Matcher matcher) {
        if (matcher.group("name") != null) {
            return new Member(matcher.group("name"));
        }
        if (matcher.group("quoted") != null) {
            return new Member(matcher.group("quoted").replaceAll("\\\\([\"\\\\])", "$1"));
        }
        if (matcher.group("index") != null) {
            return new Element(Integer.parseInt(matcher.group("index")));
        }
        return matcher.group("any") != null ? new AnyElement() : new AnyDepth();
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("$");
        for (Step step : steps) {
            if (step instanceof Member member) {
                text.append('.').append(nameText(member.name()));
            } else if (step instanceof Element element) {
                text.append('[').append(element.index()).append(']');
            } else {
                text.append(step instanceof AnyElement ? "[*]" : ".**");
            }
        }
        return text.toString();
    }

    private static String nameText(String name) {
        return PLAIN_NAME.matcher(name).matches() ? name : '"' + name.replaceAll("([\"\\\\])", "\\\\$1") + '"';
    }
}
