package dev.godwit.migration.request;

import java.util.Optional;

/**
 * Who is recorded as having asked for something. A name that was proved counts, whatever the data says; a name that was only said is recorded as a claim, so that nobody
 * takes it for more.
 */
public final class Requester {

    /** What stands before a name that nobody proved. */
    public static final String CLAIMED = "claimed:";

    private static final String FIELD = "requestedBy";

    private final String name;
    private final boolean proved;

    private Requester(String name, boolean proved) {
        this.name = name;
        this.proved = proved;
    }

    /** Somebody who proved who they are. */
    public static Requester proved(String name) {
        return new Requester(name, true);
    }

    /** Somebody who proved nothing: the name that the data gives, or else this one. */
    public static Requester claimed(String otherwise) {
        return new Requester(otherwise, false);
    }

    /** Who asked, by what is proved or by what the data says. */
    public String of(StrictObject data) {
        Optional<String> said = data.optionalRemark(FIELD);
        return proved ? name : CLAIMED + said.orElse(name);
    }

    /** The same for data that was refused and is only reported. */
    Optional<String> peek(Optional<StrictObject> data) {
        return data.flatMap(object -> object.peek(FIELD)).map(said -> CLAIMED + said);
    }
}
