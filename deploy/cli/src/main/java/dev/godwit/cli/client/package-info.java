/** The services' REST interfaces as Java: requests, answers and how a refusal becomes an exit code. May depend on {@code dev.godwit.cli} alone. */
package dev.godwit.cli.client;
