package dev.godwit.audit.access;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token that the service knows. Only its hash is kept, so that a configuration that is read by others opens nothing.
 *
 * @param name who has it
 * @param hash SHA-256 of the token, in hexadecimal
 */
record StaticToken(String name, Role role, String hash) {

    private static final Pattern ENTRY =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._@-]{0,99}):([a-z]+):([0-9a-fA-F]{64})(?::delegate)?");

    /**
     * Reads {@code name:role:hash}. What migration-service has behind it, {@code :delegate}, means nothing here.
     *
     * @param origin where it stands, for the message; the entry itself is never quoted
     * @throws IllegalStateException when it is none
     */
    static StaticToken parse(String entry, String origin) {
        Matcher matcher = ENTRY.matcher(entry.strip());
        if (!matcher.matches()) {
            throw new IllegalStateException(
                    origin + " is not 'name:role:hash': a name of letters, digits and ._@-, a role,"
                            + " and the SHA-256 of the token as 64 hexadecimal digits");
        }
        Role role = Role.find(matcher.group(2))
                .orElseThrow(() ->
                        new IllegalStateException(origin + " names no role; roles are viewer, operator and admin"));
        return new StaticToken(matcher.group(1), role, matcher.group(3).toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name + " (" + role.wireName() + ")";
    }
}
