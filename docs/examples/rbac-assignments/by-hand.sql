-- What administrators have granted by hand before: one is what the migration would have made, but not immutable; the other is a role that it knows nothing of.

INSERT INTO user_role_assignments (user_id, role_id, scope_type, scope_id, created_by)
SELECT u.id, r.id, 'project', p.id, md5('user super-without')::uuid
  FROM users AS u
  JOIN projects AS p ON p.owner_id = u.id AND p.is_starter
  JOIN roles AS r ON r.name = 'Owner'
 WHERE u.email = 'granted-by-hand@example.org';

INSERT INTO user_role_assignments (user_id, role_id, scope_type, scope_id, created_by)
SELECT u.id, r.id, 'project', md5('project 3')::uuid, md5('user super-without')::uuid
  FROM users AS u
  JOIN roles AS r ON r.name = 'Viewer'
 WHERE u.email = 'without-resources@example.org';
