package dev.godwit.audit.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as a page to print: what fits on a page first, then every outcome that somebody has to look at, a piece in memory at a time. */
@ApplicationScoped
class PrintedReport {

    /** The outcomes that are listed one by one. */
    private static final List<String> LISTED = List.of("conflict", "failed", "diverged");

    /** Closes what the template leaves open. */
    private static final String END = "</tbody></table></section></main></body></html>\n";

    /** The template, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance report(Report report, List<Counted> counts, List<Check> checks);
    }

    /** An outcome as the plan foresaw it and as it came; the plan's is empty where there is none. */
    record Counted(String outcome, String planned, long count) {}

    /** A check of the verification. */
    record Check(String name, String expected, String actual, boolean ok) {}

    private final OutcomePages pages;

    PrintedReport(OutcomePages pages) {
        this.pages = pages;
    }

    Multi<String> pages(Report report) {
        List<Multi<String>> parts = new ArrayList<>();
        parts.add(Multi.createFrom()
                .uni(Pages.report(report, counts(report), checks(report)).createUni()));
        LISTED.forEach(outcome -> parts.add(pages.all(OutcomePages.Filter.of(report.run(), outcome))
                .map(page -> page.stream().map(PrintedReport::row).collect(Collectors.joining()))));
        parts.add(Multi.createFrom().item(END));
        return Multi.createBy().concatenating().streams(parts);
    }

    private static List<Counted> counts(Report report) {
        JsonNode planned = report.plan() == null ? null : report.plan().get("counts");
        return report.counts().entrySet().stream()
                .map((Map.Entry<String, Long> entry) -> new Counted(
                        entry.getKey(),
                        planned == null ? "" : planned.path(entry.getKey()).asText(""),
                        entry.getValue()))
                .toList();
    }

    private static List<Check> checks(Report report) {
        List<Check> checks = new ArrayList<>();
        if (report.verification() != null) {
            report.verification()
                    .path("checks")
                    .forEach(check -> checks.add(new Check(
                            check.path("name").asText(),
                            check.path("expected").asText(""),
                            check.path("actual").asText(""),
                            check.path("ok").asBoolean())));
        }
        return checks;
    }

    private static String row(StoredOutcome outcome) {
        return "<tr><td>" + escaped(outcome.table()) + "</td><td><code>" + escaped(outcome.key()) + "</code></td><td>"
                + outcome.outcome() + "</td><td>" + escaped(outcome.reason()) + "</td><td>" + escaped(outcome.detail())
                + "</td></tr>\n";
    }

    static String escaped(String text) {
        return text == null
                ? ""
                : text.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("\"", "&quot;");
    }
}
