package dev.godwit.cli.demo.branches;

import java.util.List;

/**
 * What is applied by one command.
 *
 * @param heads its last migrations; whatever they need comes along
 * @param live features afterwards
 */
record Branch(String name, List<String> heads, int live) {

    /** Before it there is nothing to write into. */
    static final Branch CORE = new Branch("core", List.of("core_0005"), 4);

    /** What a team has applied when it asks which features are live. */
    static final List<Branch> FIRST = List.of(
            new Branch("settings", List.of("settings_0001"), 5),
            new Branch("security, up to sessions", List.of("sec_0003"), 7),
            new Branch("audit", List.of("audit_0002"), 9),
            new Branch("sync, its devices", List.of("sync_0001"), 9));

    /** What is applied after that. */
    static final List<Branch> MORE = List.of(
            new Branch("security, the rest", List.of("sec_0005"), 11),
            new Branch("billing", List.of("bill_0003"), 12),
            new Branch("sync, both its ends", List.of("sync_0003", "sync_0004"), 13),
            new Branch("workflow", List.of("flow_0002"), 14));

    /** It alters tables that the application writes to; the mistake was in it. */
    static final Branch TENANT = new Branch("tenant", List.of("tenant_0002"), 15);

    static final Branch MERGE = new Branch("the merge of all heads", List.of("merge_0001"), 15);
}
