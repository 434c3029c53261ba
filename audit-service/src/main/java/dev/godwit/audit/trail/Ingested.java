package dev.godwit.audit.trail;

/**
 * What one transaction of the inbox did.
 *
 * @param events events that are new
 * @param outcomes outcomes in them
 * @param duplicates events that were known already and changed nothing
 * @param findings places where a chain did not fit
 */
public record Ingested(int events, int outcomes, int duplicates, int findings) {

    static final Ingested NOTHING = new Ingested(0, 0, 0, 0);
}
