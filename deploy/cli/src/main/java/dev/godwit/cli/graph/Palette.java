package dev.godwit.cli.graph;

import java.util.LinkedHashMap;
import java.util.Map;

/** Colours of states. They never stand alone: every drawing writes the state's word beside its colour. */
final class Palette {

    /** Colours for light and for dark backgrounds. */
    record Colours(String fill, String stroke, String darkFill, String darkStroke) {}

    private static final Colours PLAIN = new Colours("#f6f8fa", "#8c959f", "#21262d", "#6e7681");
    private static final Map<String, Colours> STATES = new LinkedHashMap<>();

    static {
        STATES.put("applied", new Colours("#d9f2e0", "#1a7f37", "#12361f", "#3fb950"));
        STATES.put("current", new Colours("#bfe8cb", "#0b5d24", "#1b5230", "#56d364"));
        STATES.put("running", new Colours("#dbeafe", "#0969da", "#10294a", "#58a6ff"));
        STATES.put("unapplied", PLAIN);
        STATES.put("rolled-back", new Colours("#ece4f7", "#6f42c1", "#2c2145", "#a371f7"));
        STATES.put("drifted", new Colours("#ffe2d5", "#bc4c00", "#4a2010", "#f0883e"));
    }

    private Palette() {}

    static boolean isKnown(String state) {
        return STATES.containsKey(state);
    }

    static Colours of(String state) {
        return STATES.getOrDefault(state, PLAIN);
    }

    /** Not the bare word, which style sheets of the surrounding page may use. */
    static String cssClass(String state) {
        return "is-" + state;
    }

    static Iterable<String> states() {
        return STATES.keySet();
    }
}
