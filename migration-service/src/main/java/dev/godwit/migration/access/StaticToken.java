package dev.godwit.migration.access;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token that the service knows. Only its hash is kept, so that a configuration that is read by others opens nothing.
 *
 * @param name who has it
 * @param hash SHA-256 of the token, in hexadecimal
 * @param delegate whether its owner may act for others, who are named in the request, as the dashboard does for those who are logged in there
 */
record StaticToken(String name, Role role, String hash, boolean delegate) {

    private static final Pattern ENTRY =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._@-]{0,99}):([a-z]+):([0-9a-fA-F]{64})(:delegate)?");

    /**
     * Reads {@code name:role:hash}, with {@code :delegate} after it where the owner may act for others.
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
        return new StaticToken(
                matcher.group(1), role, matcher.group(3).toLowerCase(Locale.ROOT), matcher.group(4) != null);
    }

    @Override
    public String toString() {
        return name + " (" + role.wireName() + ")";
    }
}
