package dev.godwit.cli.graph;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** The graph as a Mermaid flowchart, for pages that draw it: Markdown on GitHub and GitLab among them. */
public final class MermaidText {
    private MermaidText() {}

    public static String of(Graph graph) {
        StringBuilder text = new StringBuilder("flowchart TD\n");
        Set<String> states = new LinkedHashSet<>();
        for (int i = 0; i < graph.size(); i++) {
            Node node = graph.node(i);
            String state = node.state().orElse("");
            text.append("    n").append(i).append("[\"").append(escape(node.id()));
            if (!state.isEmpty()) {
                text.append("<br/>").append(escape(state));
            }
            text.append("\"]");
            if (Palette.isKnown(state)) {
                text.append(":::").append(Palette.cssClass(state));
                states.add(state);
            }
            text.append('\n');
        }
        for (int i = 0; i < graph.size(); i++) {
            for (int earlier : graph.before(i)) {
                String arrow = graph.isParent(earlier, i) ? " --> n" : " -.-> n";
                text.append("    n").append(earlier).append(arrow).append(i).append('\n');
            }
        }
        states.forEach(state -> text.append(String.format(
                Locale.ROOT,
                "    classDef %s fill:%s,stroke:%s,color:#1b1f24%n",
                Palette.cssClass(state),
                Palette.of(state).fill(),
                Palette.of(state).stroke())));
        return text.toString();
    }

    /** Mermaid knows entities by number; all that could end a label or mean markup becomes one. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            boolean isPlain = Character.isLetterOrDigit(c) || c == ' ' || c == '_' || c == '-' || c == '.';
            if (isPlain) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append('#').append(c).append(';');
            }
        });
        return escaped.toString();
    }
}
