-- The new application's tables. Nothing here knows of Godwit.

-- Who somebody of the legacy system is now: sub is what the identity provider calls them.
CREATE TABLE legacy_user_map (
    sub          text PRIMARY KEY,
    legacy_id    integer NOT NULL UNIQUE,
    email        text NOT NULL,
    display_name text NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE TABLE courses (
    id          uuid PRIMARY KEY,
    slug        text NOT NULL UNIQUE,
    title       text NOT NULL,
    teacher_sub text NOT NULL REFERENCES legacy_user_map,
    starts_at   timestamptz NOT NULL
);

CREATE TABLE memberships (
    id         uuid PRIMARY KEY,
    course_id  uuid NOT NULL REFERENCES courses,
    member_sub text NOT NULL REFERENCES legacy_user_map,
    role       text NOT NULL CHECK (role IN ('student', 'teacher')),
    joined_at  timestamptz,
    UNIQUE (course_id, member_sub)
);

-- Units, modules and sections are numbered from 1, without gaps, within what they are part of.
CREATE TABLE units (
    id        uuid PRIMARY KEY,
    course_id uuid NOT NULL REFERENCES courses,
    title     text NOT NULL,
    position  integer NOT NULL CHECK (position > 0)
);

CREATE TABLE modules (
    id       uuid PRIMARY KEY,
    unit_id  uuid NOT NULL REFERENCES units,
    title    text NOT NULL,
    position integer NOT NULL CHECK (position > 0)
);

CREATE TABLE sections (
    id        uuid PRIMARY KEY,
    module_id uuid NOT NULL REFERENCES modules,
    title     text NOT NULL,
    position  integer NOT NULL CHECK (position > 0)
);

CREATE TABLE releases (
    id              uuid PRIMARY KEY,
    section_id      uuid NOT NULL REFERENCES sections,
    released_by_sub text NOT NULL REFERENCES legacy_user_map,
    released_at     timestamptz NOT NULL
);

CREATE TABLE materials (
    id         uuid PRIMARY KEY,
    section_id uuid NOT NULL REFERENCES sections,
    title      text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('pdf', 'link', 'text')),
    url        text NOT NULL
);

CREATE TABLE tasks (
    id         uuid PRIMARY KEY,
    section_id uuid NOT NULL REFERENCES sections,
    title      text NOT NULL,
    criteria   text[] NOT NULL,
    due_at     timestamptz
);

CREATE TABLE blobs (
    id           uuid PRIMARY KEY,
    path         text NOT NULL UNIQUE,
    sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes   bigint NOT NULL CHECK (size_bytes >= 0),
    content_type text NOT NULL
);

CREATE TABLE submissions (
    id            uuid PRIMARY KEY,
    task_id       uuid NOT NULL REFERENCES tasks,
    submitter_sub text NOT NULL REFERENCES legacy_user_map,
    blob_id       uuid REFERENCES blobs,
    submitted_at  timestamptz NOT NULL,
    UNIQUE (task_id, submitter_sub)
);
