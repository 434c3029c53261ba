package dev.godwit.migration.operation;

import dev.godwit.migration.definition.TableName;
import java.util.List;

/** Which entities an operation acts on. A lane chooses the selection; what happens to it is the same for all lanes. */
public sealed interface Selection {

    /**
     * The rows that lie in a range of a table's (or leaf partition's) blocks.
     *
     * @param relation the heap that is read: the root itself, or one leaf partition
     * @param fromBlock first block, inclusive
     * @param toBlock last block, exclusive
     */
    record BlockRange(TableName relation, long fromBlock, long toBlock) implements Selection {
        public BlockRange {
            if (fromBlock < 0 || toBlock < fromBlock) {
                throw new IllegalArgumentException("block range " + fromBlock + " to " + toBlock);
            }
        }

        /** Lower bound as PostgreSQL's tid text. */
        public String fromTid() {
            return "(" + fromBlock + ",0)";
        }

        /** Upper bound, exclusive, as PostgreSQL's tid text. */
        public String toTid() {
            return "(" + toBlock + ",0)";
        }
    }

    /** Entities named by the text form of their keys, each once. */
    record Keys(List<String> keys) implements Selection {
        public Keys {
            keys = List.copyOf(keys);
        }
    }
}
