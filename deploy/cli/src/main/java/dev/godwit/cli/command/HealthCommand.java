package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.terminal.Table;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** How migrations fare, by their newest measures. */
@Command(
        name = "health",
        description =
                "The newest measures with their limits, of all migrations or of MIGRATION. Unknown is never healthy.")
public final class HealthCommand extends ServiceCommand {
    /** A warning is for people; nothing to measure is no fault. */
    private static final Set<String> WELL = Set.of("ok", "empty", "warn");

    private static final int DIGITS = 4;
    private static final List<String> BYTES = List.of("B", "kB", "MB", "GB", "TB", "PB");
    private static final BigDecimal STEP = BigDecimal.valueOf(1000);

    @Parameters(arity = "0..1", paramLabel = "MIGRATION")
    private String migration;

    @Override
    public Integer call() {
        JsonNode answer = migration().health(Optional.ofNullable(migration));
        if (isJson()) {
            terminal().json(answer);
        } else {
            print(answer);
        }
        return WELL.contains(answer.path("state").asText()) ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(JsonNode answer) {
        Table table = new Table("MIGRATION", "MEASURE", "VALUE", "STATE", "LIMITS", "");
        for (JsonNode health : answer.path("migrations")) {
            String name = health.path("migration").asText();
            if (health.path("measures").isEmpty()) {
                table.row(
                        name,
                        "",
                        "",
                        health.path("state").asText(),
                        "",
                        health.path("reason").asText(""));
            }
            for (JsonNode measure : health.path("measures")) {
                table.row(
                        name,
                        measure.path("name").asText(),
                        value(measure),
                        measure.path("state").asText(),
                        limits(measure),
                        remark(measure));
                name = "";
            }
        }
        if (table.isEmpty()) {
            terminal().line("no migration has measures; write some under health: in a definition");
        } else {
            table.print(terminal());
        }
    }

    /** A number as people read it, with its unit. */
    static String value(JsonNode measure) {
        JsonNode value = measure.path("value");
        if (!value.isNumber()) {
            return "-";
        }
        String unit = measure.path("unit").asText("");
        if (unit.equals("bytes")) {
            return bytes(value.decimalValue());
        }
        String spelled = unit.isEmpty() || unit.equals("ratio") ? "" : unit.equals("percent") ? " %" : " " + unit;
        return number(value) + spelled;
    }

    private static String bytes(BigDecimal value) {
        BigDecimal rest = value;
        int unit = 0;
        while (unit < BYTES.size() - 1 && rest.abs().compareTo(STEP) >= 0) {
            rest = rest.divide(STEP, MathContext.DECIMAL64);
            unit++;
        }
        return rest.round(new MathContext(DIGITS, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros()
                        .toPlainString() + " " + BYTES.get(unit);
    }

    private static String number(JsonNode value) {
        BigDecimal number = value.decimalValue();
        boolean whole = number.stripTrailingZeros().scale() <= 0;
        BigDecimal rounded = whole ? number : number.round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
        return rounded.stripTrailingZeros().toPlainString();
    }

    private static String limits(JsonNode measure) {
        String beyond = measure.path("worse").asText().equals("lower") ? "<" : ">";
        String warn = "warn " + beyond + " " + number(measure.path("warn"));
        JsonNode critical = measure.path("critical");
        return critical.isNumber() ? warn + ", critical " + beyond + " " + number(critical) : warn;
    }

    /** Why there is no value, or what it rests on when that is not all. */
    static String remark(JsonNode measure) {
        if (measure.path("reason").isTextual()) {
            String detail = measure.path("detail").asText("");
            return measure.path("reason").asText() + (detail.isEmpty() || detail.equals("null") ? "" : ": " + detail);
        }
        return measure.path("of").isNumber()
                ? measure.path("read").asText() + " of about "
                        + measure.path("of").asText() + " rows"
                : "";
    }
}
