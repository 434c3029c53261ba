package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** A measure of a migration's health as people read it; {@code json} is what migration-service says of it. */
public record Measure(JsonNode json) {

    private static final int DIGITS = 4;
    private static final List<String> BYTES = List.of("B", "kB", "MB", "GB", "TB", "PB");
    private static final BigDecimal STEP = BigDecimal.valueOf(1000);

    public String name() {
        return json.path("name").asText();
    }

    /** Such as {@code ok}, {@code warn} or {@code unknown}. */
    public String state() {
        return json.path("state").asText();
    }

    /** The number with its unit. */
    public String value() {
        JsonNode value = json.path("value");
        if (!value.isNumber()) {
            return "-";
        }
        String unit = json.path("unit").asText("");
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

    /** From where on it is bad. */
    public String limits() {
        String beyond = json.path("worse").asText().equals("lower") ? "<" : ">";
        String warn = "warn " + beyond + " " + number(json.path("warn"));
        JsonNode critical = json.path("critical");
        return critical.isNumber() ? warn + ", critical " + beyond + " " + number(critical) : warn;
    }

    /** Why there is no value, or what it rests on when that is not all. */
    public String remark() {
        if (json.path("reason").isTextual()) {
            String detail = json.path("detail").asText("");
            return json.path("reason").asText() + (detail.isEmpty() || detail.equals("null") ? "" : ": " + detail);
        }
        return json.path("of").isNumber()
                ? json.path("read").asText() + " of about " + json.path("of").asText() + " rows"
                : "";
    }
}
