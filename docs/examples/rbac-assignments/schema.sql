-- The application's tables, as an application would have made them. Nothing here knows of Godwit.

CREATE TABLE users (
    id           uuid PRIMARY KEY,
    email        text NOT NULL UNIQUE,
    is_superuser boolean NOT NULL DEFAULT false
);

CREATE TABLE projects (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    owner_id   uuid REFERENCES users ON DELETE CASCADE,
    is_starter boolean NOT NULL DEFAULT false
);
CREATE INDEX projects_by_owner ON projects (owner_id);

CREATE TABLE flows (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    project_id uuid REFERENCES projects ON DELETE CASCADE,
    user_id    uuid REFERENCES users ON DELETE CASCADE
);
CREATE INDEX flows_by_user ON flows (user_id);

-- Access control came later: who may do what used to follow from owner_id, user_id and is_superuser alone.
CREATE TABLE roles (
    id   uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);

-- scope_id is a project or a flow, or NULL for the whole installation. NULLS NOT DISTINCT: a user cannot be Admin of everything twice.
CREATE TABLE user_role_assignments (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role_id      uuid NOT NULL REFERENCES roles,
    scope_type   text NOT NULL CHECK (scope_type IN ('global', 'project', 'flow')),
    scope_id     uuid,
    is_immutable boolean NOT NULL DEFAULT false,
    created_by   uuid REFERENCES users ON DELETE SET NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((scope_type = 'global') = (scope_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (user_id, role_id, scope_type, scope_id)
);
