-- What the application has once the core branch is applied: 1,000 documents, or with SET demo.rows = N so many, in a tenth as many projects of as many accounts.

INSERT INTO public.accounts (id, name, created_at)
SELECT md5('account ' || n)::uuid, 'Account ' || n, timestamptz '2025-03-01 00:00:00+00' + n * interval '1 hour'
  FROM generate_series(1, coalesce(nullif(current_setting('demo.rows', true), '')::integer, 1000) / 10) AS n;

INSERT INTO public.users (id, account_id, email)
SELECT md5('user ' || id)::uuid, id, md5(name) || '@example.org'
  FROM public.accounts;

INSERT INTO public.projects (id, account_id, title)
SELECT md5('project ' || id)::uuid, id, 'First project'
  FROM public.accounts;

INSERT INTO public.documents (id, project_id, title)
SELECT md5('document ' || n)::uuid, md5('project ' || md5('account ' || 1 + n / 10)::uuid)::uuid, 'Document ' || n
  FROM generate_series(0, coalesce(nullif(current_setting('demo.rows', true), '')::integer, 1000) - 1) AS n;

INSERT INTO public.document_versions (id, document_id, number, body)
SELECT md5('version ' || id)::uuid, id, 1, 'Once upon a time'
  FROM public.documents;

INSERT INTO public.tags (id, project_id, word)
SELECT md5('tag ' || id)::uuid, id, 'new'
  FROM public.projects;

INSERT INTO public.document_tags (document_id, tag_id)
SELECT d.id, t.id
  FROM public.documents AS d
  JOIN public.tags AS t ON t.project_id = d.project_id;
