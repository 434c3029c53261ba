package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.bench.PagesBench.Options;
import dev.godwit.cli.bench.PagesBench.Page;
import dev.godwit.cli.client.RestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long the pages took. */
record PagesResult(Options options, List<Page> pages) implements Measured {

    /** What 95 of 100 requests for a page may take at most. */
    static final int TARGET_MILLIS = 300;

    private static final double P50 = 0.5;
    private static final double P95 = 0.95;

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d runs, %,d outcomes, %d migrations; %d requests of each page, one at a time; milliseconds; target for p95 %d",
                options.runs(),
                options.outcomes(),
                options.migrations(),
                options.requests(),
                TARGET_MILLIS));
        lines.add(String.format("%-24s %9s %9s %9s %9s", "", "p50", "p95", "most", "KiB"));
        for (Page page : pages) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-24s %9.0f %9.0f %9.0f %9d",
                    page.name(),
                    page.latencies().quantileMillis(P50),
                    page.latencies().quantileMillis(P95),
                    page.latencies().quantileMillis(1),
                    page.bytes() / 1024));
        }
        return lines;
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("benchmark", "pages")
                .put("runs", options.runs())
                .put("outcomes", options.outcomes())
                .put("migrations", options.migrations())
                .put("requests", options.requests())
                .put("targetP95Millis", TARGET_MILLIS);
        ArrayNode all = json.putArray("pages");
        for (Page page : pages) {
            all.addObject()
                    .put("page", page.name())
                    .put("p50Millis", page.latencies().quantileMillis(P50))
                    .put("p95Millis", page.latencies().quantileMillis(P95))
                    .put("mostMillis", page.latencies().quantileMillis(1))
                    .put("bytes", page.bytes());
        }
        return json;
    }
}
