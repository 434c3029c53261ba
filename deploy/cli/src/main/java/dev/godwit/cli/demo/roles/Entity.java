package dev.godwit.cli.demo.roles;

/** A table of the example; every one has an {@code id uuid}. */
enum Entity {
    USERS("users"),
    PROJECTS("projects"),
    FLOWS("flows"),
    ROLES("roles"),
    ASSIGNMENTS("user_role_assignments");

    private final String table;

    Entity(String table) {
        this.table = table;
    }

    String table() {
        return table;
    }

    /** As audit trail and journal name it. */
    String relation() {
        return "public." + table;
    }
}
