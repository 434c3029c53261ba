/** The services' REST interfaces as Java: requests, answers and how a refusal becomes an exit code. May depend on stack. */
package dev.godwit.cli.client;
