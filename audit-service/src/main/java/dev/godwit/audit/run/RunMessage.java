package dev.godwit.audit.run;

/** What arrives on godwit.runs. */
public sealed interface RunMessage permits RunEvent, PaceChange, Rejection, Stamp {}
