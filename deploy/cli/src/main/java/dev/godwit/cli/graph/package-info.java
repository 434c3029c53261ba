/**
 * A graph of migrations, whoever defines them: its shape, its one linear order, what makes it unsound, and how it is drawn. Plain Java; every algorithm is
 * iterative and bounded, so that neither a cycle nor a hundred thousand nodes can hang it. Depends on nothing but JSON.
 */
package dev.godwit.cli.graph;
