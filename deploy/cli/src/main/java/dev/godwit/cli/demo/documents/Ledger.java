package dev.godwit.cli.demo.documents;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Every write that the database acknowledged to the traffic, named by content and not by id, so that it can be looked for after the ids have changed.
 *
 * <p>A write is entered after its COMMIT has answered; of one whose answer was lost in an outage, that it is in doubt. Writes to one content come from one thread, so the last one entered is the last one committed.
 */
final class Ledger {

    /** A pin whose answer was lost drops one as well: so many are there for certain. */
    private static final int PINS_CERTAIN = DocumentWrites.PINS_MAX / 2;

    private final Set<Content> uploads = ConcurrentHashMap.newKeySet();
    private final Map<Content, String> titles = new ConcurrentHashMap<>();
    private final Map<Target, String> chunks = new ConcurrentHashMap<>();
    private final Map<Relation, Map<Long, Target>> rows = new EnumMap<>(Relation.class);
    private final Map<Long, Deque<Content>> pins = new ConcurrentHashMap<>();
    private final Map<UUID, Content> lastDocuments = new ConcurrentHashMap<>();
    private final Map<Content, Set<String>> doubtfulTitles = new ConcurrentHashMap<>();
    private final Map<UUID, Set<Content>> doubtfulLastDocuments = new ConcurrentHashMap<>();
    private final LongAdder writes = new LongAdder();

    Ledger() {
        for (Relation relation : Relation.values()) {
            rows.put(relation, new ConcurrentHashMap<>());
        }
    }

    /** A document was uploaded, or one of the same content a second time under another spelling. */
    void uploaded(Content content, String title, Map<Integer, String> chunkTexts) {
        uploads.add(content);
        titles.put(content, title);
        chunkTexts.forEach((number, text) -> chunks.put(Target.of(content, number), text));
        writes.increment();
    }

    void retitled(Content content, String title) {
        titles.put(content, title);
        writes.increment();
    }

    void chunkAdded(Content content, int number, String text) {
        chunks.put(Target.of(content, number), text);
        writes.increment();
    }

    /** A row of its own was inserted that leads to a document or, from annotations, to a chunk. */
    void rowInserted(Relation relation, long id, Target leadsTo) {
        rows.get(relation).put(id, leadsTo);
        writes.increment();
    }

    /** A document was pinned, which drops the oldest pin of a workspace that has {@link DocumentWrites#PINS_MAX}. */
    void pinned(long workspace, Content content) {
        pins.compute(workspace, (id, newest) -> {
            Deque<Content> contents = newest == null ? new ArrayDeque<>() : newest;
            contents.addLast(content);
            if (contents.size() > PINS_CERTAIN) {
                contents.removeFirst();
            }
            return contents;
        });
        writes.increment();
    }

    void openedLast(UUID user, Content content) {
        lastDocuments.put(user, content);
        writes.increment();
    }

    /** A title was sent and the answer to its COMMIT was lost. */
    void titleInDoubt(Content content, String title) {
        doubtfulTitles
                .computeIfAbsent(content, name -> ConcurrentHashMap.newKeySet())
                .add(title);
    }

    /** The same of what a user opened last. */
    void lastDocumentInDoubt(UUID user, Content content) {
        doubtfulLastDocuments
                .computeIfAbsent(user, id -> ConcurrentHashMap.newKeySet())
                .add(content);
    }

    /** Whether a write whose answer was lost may have given the content this title. */
    boolean mayBeTitled(Content content, String title) {
        return doubtfulTitles.getOrDefault(content, Set.of()).contains(title);
    }

    /** What the user may have opened last by writes whose answers were lost. */
    Set<Content> doubtfulLastDocuments(UUID user) {
        return doubtfulLastDocuments.getOrDefault(user, Set.of());
    }

    long writes() {
        return writes.sum();
    }

    Set<Content> uploads() {
        return uploads;
    }

    /** The title that each document must have. */
    Map<Content, String> titles() {
        return titles;
    }

    /** The text that each chunk must have. */
    Map<Target, String> chunks() {
        return chunks;
    }

    /** Where each inserted row of the relation must lead, by its id. */
    Map<Long, Target> rows(Relation relation) {
        return rows.get(relation);
    }

    /** The newest pins of each workspace. */
    Map<Long, Deque<Content>> pins() {
        return pins;
    }

    Map<UUID, Content> lastDocuments() {
        return lastDocuments;
    }

    /** Whether the traffic wrote the row of this document itself: only such a document may be left where it is by a rollback. */
    boolean changedDocument(Target document) {
        return !document.dangles() && titles.containsKey(document.content());
    }

    /** Whether the traffic wrote this row, other than a document, by its primary key or, for a chunk, by its name. */
    boolean wrote(Relation relation, Object key, Optional<Target> leadsTo) {
        return switch (relation) {
            case USERS, DOCUMENTS -> false;
            case CHUNKS -> leadsTo.filter(chunks::containsKey).isPresent();
            case WORKSPACES -> pins.containsKey(key);
            case SETTINGS -> lastDocuments.containsKey(key);
            case ANNOTATIONS, SEARCH_LOG, ACTIVITY, COMMENTS, PREVIEWS ->
                rows.get(relation).containsKey(key);
        };
    }
}
