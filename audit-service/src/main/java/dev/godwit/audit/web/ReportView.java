package dev.godwit.audit.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.audit.report.Report;
import dev.godwit.audit.report.RunGroups;
import dev.godwit.audit.report.StreamReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** A report as the page of its run shows it. */
public record ReportView(Report report) {

    private static final int STREAMS_SHOWN = 50;
    private static final int GROUPS_SHOWN = 20;

    /** One kind of outcome: its share begins at {@code start} per cent and is {@code width} per cent wide. */
    public record Share(String outcome, long count, double start, double width) {}

    /** A remark of the plan. */
    public record Remark(String kind, String message, String remedy) {}

    /** Outcomes that occurred, with their shares of the whole. */
    public List<Share> shares() {
        double total = entities();
        List<Share> shares = new ArrayList<>();
        double start = 0;
        for (var count : report.counts().entrySet()) {
            if (count.getValue() > 0) {
                double width = 100 * count.getValue() / total;
                shares.add(new Share(count.getKey(), count.getValue(), start, width));
                start += width;
            }
        }
        return shares;
    }

    /** The largest groups; none where the definition names no columns to group by. */
    public List<RunGroups.Counted> groups() {
        return report.groups() == null
                ? List.of()
                : report.groups().largest().stream().limit(GROUPS_SHOWN).toList();
    }

    /** Groups that are not shown. */
    public long groupsLeftOut() {
        return report.groups().number() - groups().size();
    }

    /** All entities that have an outcome. */
    public long entities() {
        return report.counts().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Streams with something to say first; all of them only while there are few. */
    public List<StreamReport> streams() {
        return report.streams().stream()
                .sorted((one, other) -> Long.compare(other.missing(), one.missing()))
                .limit(STREAMS_SHOWN)
                .toList();
    }

    /** Streams that are not shown. */
    public int streamsLeftOut() {
        return Math.max(0, report.streams().size() - STREAMS_SHOWN);
    }

    /** Events that have not arrived. */
    public long missing() {
        return report.streams().stream().mapToLong(StreamReport::missing).sum();
    }

    /** Outcomes in all streams, those of rows that refer to entities included. */
    public long outcomes() {
        return report.streams().stream().mapToLong(StreamReport::outcomes).sum();
    }

    /** Refusals, warnings and undeclared references of the plan. */
    public List<Remark> remarks() {
        List<Remark> remarks = new ArrayList<>();
        each("refusals")
                .forEach(node -> remarks.add(new Remark("refused", text(node, "message"), text(node, "remedy"))));
        each("warnings")
                .forEach(node -> remarks.add(new Remark("warning", text(node, "message"), text(node, "remedy"))));
        each("references").stream()
                .filter(node -> text(node, "warning") != null)
                .forEach(node -> remarks.add(new Remark(
                        "warning", place(node) + " has no usable index; it will be swept", text(node, "warning"))));
        each("undeclared")
                .forEach(node -> remarks.add(new Remark(
                        "undeclared",
                        place(node) + " holds keys of these entities and is not declared",
                        text(node, "line"))));
        each("notSearched").forEach(node -> remarks.add(new Remark("not searched", node.asText(), null)));
        return remarks;
    }

    /** Figures of the plan's inventory; empty where there are none. */
    public List<Figure> inventory() {
        return each("inventory").stream()
                .map(node -> new Figure(
                        text(node, "name"),
                        node.hasNonNull("value")
                                ? Formats.measured(node.get("value").asDouble(), text(node, "unit"))
                                : "–",
                        text(node, "reason")))
                .toList();
    }

    /**
     * A figure of the inventory.
     *
     * @param reason code of why there is no value; else null
     */
    public record Figure(String name, String value, String reason) {}

    /** Pace over time. */
    public ChartData pace() {
        return ChartData.ofPace(report.pace());
    }

    /** Outcomes that somebody has to look at, each with the way out of it. */
    public List<Trouble> troubles() {
        List<Trouble> troubles = new ArrayList<>();
        report.reasons().stream()
                .filter(reason ->
                        reason.outcome().equals("failed") || reason.outcome().equals("diverged"))
                .forEach(reason -> troubles.add(new Trouble(
                        reason.outcome(),
                        reason.reason(),
                        reason.count(),
                        Words.wayOut(reason.outcome().equals("failed") ? "quarantined" : reason.outcome()))));
        return troubles;
    }

    /** Entities that were left for the same reason, and what leads out of that. */
    public record Trouble(String outcome, String reason, long count, String wayOut) {

        /** The outcomes that are meant, as an address has them. */
        public String query() {
            return "outcome=" + outcome + (reason == null ? "" : "&reason=" + Formats.urlPart(reason));
        }
    }

    /** Checks of the verification; empty where it has not run. */
    public List<JsonNode> checks() {
        return report.verification() == null
                ? List.of()
                : list(report.verification().get("checks"));
    }

    /** A member of a document as text; null where there is none. */
    public static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value.asText();
    }

    private static String place(JsonNode node) {
        return text(node, "table") + "." + text(node, "column");
    }

    private List<JsonNode> each(String name) {
        return report.plan() == null ? List.of() : list(report.plan().get(name));
    }

    private static List<JsonNode> list(JsonNode array) {
        return array == null || !array.isArray()
                ? List.of()
                : StreamSupport.stream(array.spliterator(), false).toList();
    }
}
