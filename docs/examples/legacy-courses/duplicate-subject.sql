-- Somebody made a second account for the same person.
INSERT INTO legacy.users (id, subject, login, full_name, email, created_at)
VALUES (31, 'idp|0001', 'ada2', 'Ada again', 'ada2@school.example', '2020-03-01 09:00:00');
