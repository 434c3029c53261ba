package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a benchmark has found out. */
interface Measured {

    /** For people. */
    List<String> lines();

    /** One object for programs. */
    ObjectNode json();
}
