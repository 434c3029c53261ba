package dev.godwit.migration.plan;

import java.util.Locale;

/**
 * One of the doctor's checks.
 *
 * @param remedy the way out; empty when all is well
 */
public record Check(String name, Status status, String detail, String remedy) {

    /** UNKNOWN: could not be looked at, and the detail says why. */
    public enum Status {
        OK,
        WARN,
        FAIL,
        UNKNOWN;

        /** The name in REST. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Check ok(String name, String detail) {
        return new Check(name, Status.OK, detail, "");
    }

    static Check warn(String name, String detail, String remedy) {
        return new Check(name, Status.WARN, detail, remedy);
    }

    static Check fail(String name, String detail, String remedy) {
        return new Check(name, Status.FAIL, detail, remedy);
    }

    static Check unknown(String name, String detail) {
        return new Check(name, Status.UNKNOWN, detail, "");
    }

    /** The same check of a part. */
    public Check of(String part) {
        return new Check(part + ": " + name, status, detail, remedy);
    }
}
