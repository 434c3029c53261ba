-- The application's table, as an application would have made it. Nothing here knows of Godwit.

-- How far each user has come: step 0 is "not begun", 1 to 11 are the steps of the old flow.
CREATE TABLE onboarding_states (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL UNIQUE,
    current_step integer NOT NULL,
    step_data    jsonb NOT NULL,
    answers      json,
    resume_url   text,
    note         text,
    updated_at   timestamptz NOT NULL,
    progress     integer GENERATED ALWAYS AS (current_step * 100 / 11) STORED,
    CONSTRAINT ck_current_step CHECK (current_step BETWEEN 0 AND 11)
);
