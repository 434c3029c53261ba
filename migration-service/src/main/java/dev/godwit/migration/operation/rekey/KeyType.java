package dev.godwit.migration.operation.rekey;

import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The type of a key column, as far as SQL needs it: keys travel as text and are cast where they meet the column.
 *
 * @param castName the type without length or precision: an explicit cast to {@code varchar(36)} would cut a longer value silently
 */
public record KeyType(String castName) {

    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern NUMBER_TEXT = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern MODIFIER = Pattern.compile("\\([0-9, ]+\\)");

    /** Takes a type as {@code format_type} prints it. */
    public static KeyType of(String formattedType) {
        String bare = MODIFIER.matcher(formattedType).replaceAll("").trim();
        return new KeyType(bare.equals("character") ? "bpchar" : bare);
    }

    /** {@code ($n::text[])::type[]}: an array parameter of keys. */
    public String array(int parameter) {
        return "($" + parameter + "::text[])::" + castName + "[]";
    }

    /** How PostgreSQL prints a key that is written like this elsewhere: UUIDs may be written in capitals, other keys are what they are. */
    public String canonical(String text) {
        return foldsCase() ? text.toLowerCase(Locale.ROOT) : text;
    }

    /** Whether capitals mean the same key as small letters, and PostgreSQL prints small ones. */
    public boolean foldsCase() {
        return castName.equals("uuid");
    }

    /** Whether a text that stands where a key should can be one at all. */
    public boolean canBe(String text) {
        if (castName.equals("uuid")) {
            return UUID_TEXT.matcher(text).matches();
        }
        return !isNumber() || isInRange(text);
    }

    private boolean isInRange(String text) {
        if (!NUMBER_TEXT.matcher(text).matches()) {
            return false;
        }
        long number = Long.parseLong(text);
        return switch (castName) {
            case "smallint" -> number == (short) number;
            case "integer" -> number == (int) number;
            default -> true;
        };
    }

    /** Whether a key of this type can be parked for a moment under a name that nobody uses. */
    public boolean canPark() {
        return isText() || castName.equals("uuid") || isNumber();
    }

    /**
     * A key that no row has, for one row of a cycle to step aside within the transaction. Random, so that workers do not meet; a
     * collision fails the batch, which is then tried again with another.
     */
    public String parkedKey() {
        UUID random = UUID.randomUUID();
        if (castName.equals("uuid")) {
            return random.toString();
        }
        if (isNumber()) {
            long bound = castName.equals("smallint") ? Short.MAX_VALUE : Integer.MAX_VALUE;
            return Long.toString(-1 - Math.floorMod(random.getLeastSignificantBits(), bound));
        }
        return random.toString().replace("-", "").substring(0, 5);
    }

    /** Whether a column of this type holds keys of another one as their text, so that the two cannot be compared as they are. */
    boolean holdsTextOf(KeyType key) {
        return isText() && !key.isText();
    }

    private boolean isText() {
        String name = castName.toLowerCase(Locale.ROOT);
        return name.equals("text")
                || name.equals("character varying")
                || name.equals("bpchar")
                || name.endsWith("citext");
    }

    private boolean isNumber() {
        return castName.equals("integer")
                || castName.equals("bigint")
                || castName.equals("smallint")
                || castName.equals("numeric");
    }
}
