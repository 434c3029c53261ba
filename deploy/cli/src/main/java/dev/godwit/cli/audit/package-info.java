/** The audit trail from outside: its hash chains, computed without the service. Depends on nothing else here. */
package dev.godwit.cli.audit;
