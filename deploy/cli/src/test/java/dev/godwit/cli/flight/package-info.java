/** Whole migrations on the whole stack, from a definition on disk to the audit trail: what users of Godwit meet. */
package dev.godwit.cli.flight;
