/** The real PostgreSQL and the real broker that tests talk to, and events as a migration-service would publish them. */
package dev.godwit.audit.testing;
