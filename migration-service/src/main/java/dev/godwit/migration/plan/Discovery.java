package dev.godwit.migration.plan;

import java.util.ArrayList;
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

    /** All parts as one, with further notes before theirs. */
    static Discovery merge(List<Discovery> parts, List<String> notes) {
        List<UndeclaredReference> references = new ArrayList<>();
        List<String> notSearched = new ArrayList<>(notes);
        for (Discovery part : parts) {
            references.addAll(part.references());
            notSearched.addAll(part.notSearched());
        }
        return new Discovery(references, notSearched);
    }
}
