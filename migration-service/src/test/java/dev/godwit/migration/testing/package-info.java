/** A real PostgreSQL for integration tests, and real databases to load into it. */
package dev.godwit.migration.testing;
