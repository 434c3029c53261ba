package dev.godwit.cli.demo.documents;

import java.util.concurrent.atomic.LongAdder;

/** What writes meet when ids change under them. */
final class DocumentCounts {

    /** Inserts of children refused (SQLSTATE 23503) because their parent had just moved; each was repeated after a look-up by natural key. */
    final LongAdder refusedChildren = new LongAdder();

    /** Updates by id that met no row because the id had changed; each was repeated by natural key. */
    final LongAdder missedUpdates = new LongAdder();

    /** Soft references written with an id read at the start. */
    final LongAdder rememberedIds = new LongAdder();
}
