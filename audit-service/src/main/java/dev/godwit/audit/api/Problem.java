package dev.godwit.audit.api;

/**
 * An error as RFC 9457 has it.
 *
 * @param type always {@code about:blank}: the code says more
 * @param title what the status means
 * @param status HTTP status
 * @param detail what was wrong and what to do, for people
 * @param code stable, snake case, for programs
 */
public record Problem(String type, String title, int status, String detail, String code) {

    static final String MEDIA_TYPE = "application/problem+json";
}
