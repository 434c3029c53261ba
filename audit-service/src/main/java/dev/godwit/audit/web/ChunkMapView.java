package dev.godwit.audit.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of a run as rows of cells, from their first block to their last. */
public record ChunkMapView(List<Table> tables) {

    private static final int COLUMNS = 48;
    private static final int SIZE = 14;
    private static final int STEP = 17;

    /** A table, or what else a run goes through. */
    public record Table(String name, String kind, long chunks, long done, List<Cell> cells, int width, int height) {

        /** Chunks that have been passed, in words. */
        public String summary() {
            return Formats.count(done) + " of " + Formats.count(chunks) + (chunks == 1 ? " chunk" : " chunks")
                    + " done";
        }
    }

    /** Neighbouring chunks; {@code state} is waiting, begun or done. */
    public record Cell(int x, int y, String state, String title) {}

    static ChunkMapView of(JsonNode answer) {
        Map<String, List<JsonNode>> byTable = new LinkedHashMap<>();
        answer.path("cells").forEach(cell -> byTable.computeIfAbsent(
                        cell.path("table").asText() + '\0' + cell.path("kind").asText(), table -> new ArrayList<>())
                .add(cell));
        return new ChunkMapView(
                byTable.values().stream().map(ChunkMapView::table).toList());
    }

    private static Table table(List<JsonNode> found) {
        List<Cell> cells = new ArrayList<>();
        long chunks = 0;
        long done = 0;
        for (JsonNode each : found) {
            String state = each.path("state").asText();
            long here = each.path("chunks").asLong();
            chunks += here;
            done += state.equals("done") ? here : 0;
            int place = cells.size();
            cells.add(new Cell(place % COLUMNS * STEP, place / COLUMNS * STEP, state, title(each, state)));
        }
        int rows = (cells.size() + COLUMNS - 1) / COLUMNS;
        return new Table(
                found.get(0).path("table").asText(),
                found.get(0).path("kind").asText(),
                chunks,
                done,
                List.copyOf(cells),
                Math.min(cells.size(), COLUMNS) * STEP - (STEP - SIZE),
                rows * STEP - (STEP - SIZE));
    }

    private static String title(JsonNode cell, String state) {
        return "blocks " + Formats.count(cell.path("fromBlock").asLong()) + " to "
                + Formats.count(cell.path("toBlock").asLong()) + ": " + state
                + (state.equals("begun")
                        ? ", " + Math.round(100 * cell.path("passed").asDouble()) + " %"
                        : "");
    }
}
