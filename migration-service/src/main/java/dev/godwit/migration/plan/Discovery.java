package dev.godwit.migration.plan;

import java.util.List;

/**
 * What a search for undeclared references came to.
 *
 * @param notSearched what was left out, and why, as sentences; empty when everything was searched for all keys
 */
public record Discovery(List<UndeclaredReference> references, List<String> notSearched) {

    public Discovery {
        references = List.copyOf(references);
        notSearched = List.copyOf(notSearched);
    }
}
