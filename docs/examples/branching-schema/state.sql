-- A database that some branches have reached: core, settings and audit are whole, security has sessions but no policies, sync knows devices.

CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('core_0005'), ('settings_0001'), ('sec_0003'), ('audit_0002'), ('sync_0001');

CREATE TABLE accounts (id uuid PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE users (id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts, email text NOT NULL);
CREATE TABLE projects (id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts, title text NOT NULL);
CREATE TABLE documents (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects, title text NOT NULL);
CREATE TABLE document_versions (id uuid PRIMARY KEY, document_id uuid NOT NULL REFERENCES documents, number integer NOT NULL, body text NOT NULL);
CREATE TABLE tags (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects, word text NOT NULL);
CREATE TABLE document_tags (document_id uuid NOT NULL REFERENCES documents, tag_id uuid NOT NULL REFERENCES tags);
CREATE TABLE settings (id uuid PRIMARY KEY, name text NOT NULL, value json NOT NULL);
CREATE TABLE roles (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE permissions (id uuid PRIMARY KEY, role_id uuid NOT NULL REFERENCES roles, action text NOT NULL);
CREATE TABLE role_assignments (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, role_id uuid NOT NULL REFERENCES roles);
CREATE TABLE sessions (id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, expires_at timestamptz NOT NULL);
CREATE TABLE audit_events (id uuid PRIMARY KEY, subject text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE audit_retention (id uuid PRIMARY KEY, days integer NOT NULL);
CREATE TABLE devices (id uuid PRIMARY KEY, name text NOT NULL);
