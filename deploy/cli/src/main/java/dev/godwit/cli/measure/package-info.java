/** Numbers that the demo and the benchmark gather, and their spread. Depends on nothing else. */
package dev.godwit.cli.measure;
