package dev.godwit.cli.stage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.terminal.Table;
import dev.godwit.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What became of a dump: rows by table, what was left out and why. Not for several threads. */
public final class StageTally {
    private static final int NAMES_SHOWN = 5;

    private final Map<String, Long> rows = new TreeMap<>();
    private final Map<String, List<String>> leftOut = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    void table(String table) {
        rows.putIfAbsent(table, 0L);
    }

    void rows(String table, long count) {
        rows.merge(table, count, Long::sum);
    }

    void leftOut(String kind, String name) {
        leftOut.computeIfAbsent(kind, key -> new ArrayList<>()).add(name);
    }

    void warn(String warning) {
        warnings.add(warning);
    }

    boolean hasTables() {
        return !rows.isEmpty();
    }

    /** Rows loaded, of all tables. */
    public long rows() {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }

    Map<String, Long> rowsByTable() {
        return rows;
    }

    void addTo(ObjectNode object) {
        object.put("rows", rows());
        ArrayNode tables = object.putArray("tables");
        rows.forEach((table, count) -> tables.addObject().put("table", table).put("rows", count));
        ArrayNode kinds = object.putArray("leftOut");
        leftOut.forEach((kind, names) -> kinds.addObject()
                .put("kind", kind)
                .put("count", names.size())
                .set(
                        "names",
                        RestClient.JSON.valueToTree(names.stream().distinct().toList())));
        warnings.forEach(object.putArray("warnings")::add);
    }

    void print(Terminal terminal) {
        Table table = new Table("TABLE", "ROWS");
        rows.forEach((name, count) -> table.row(name, String.format(Locale.ROOT, "%,d", count)));
        if (!table.isEmpty()) {
            table.print(terminal);
        }
        leftOut.forEach((kind, names) -> terminal.line("left out: " + names.size() + " " + kind + shown(names)));
        warnings.forEach(warning -> terminal.line("warning: " + warning));
    }

    private static String shown(List<String> all) {
        List<String> names =
                all.stream().filter(name -> !name.isEmpty()).distinct().toList();
        if (names.isEmpty()) {
            return "";
        }
        String some = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
        return " (" + some + (names.size() > NAMES_SHOWN ? ", …" : "") + ")";
    }
}
