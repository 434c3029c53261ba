package dev.godwit.migration.api;

import dev.godwit.migration.request.StrictObject;
import java.util.UUID;

/** A request's body together with the command id that it carries or is given. */
record CommandBody(StrictObject data, String commandId) {

    /** Reads a body strictly; an empty one is the empty object. */
    static CommandBody read(byte[] body) {
        StrictObject data = StrictObject.parse(body);
        return new CommandBody(data, data.optionalName("commandId").orElseGet(() -> UUID.randomUUID()
                .toString()));
    }
}
