/** The case {@code rbac-assignments}. May depend on {@code dev.godwit.cli.demo}; its application knows nothing of Godwit. */
package dev.godwit.cli.demo.roles;
