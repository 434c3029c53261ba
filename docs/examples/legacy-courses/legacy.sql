--
-- PostgreSQL database dump
--

\restrict zq0aR8vQm3Kc

-- Dumped from database version 12.22
-- Dumped by pg_dump version 17.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.users (
    id integer NOT NULL,
    subject text,
    login text NOT NULL,
    full_name text NOT NULL,
    email text NOT NULL,
    created_at timestamp without time zone NOT NULL
);


ALTER TABLE public.users OWNER TO legacy;

CREATE TABLE public.courses (
    id integer NOT NULL,
    code text NOT NULL,
    title text NOT NULL,
    teacher_id integer NOT NULL,
    starts timestamp without time zone NOT NULL
);


ALTER TABLE public.courses OWNER TO legacy;

CREATE TABLE public.memberships (
    id integer NOT NULL,
    course_id integer NOT NULL,
    user_id integer NOT NULL,
    role character(1) NOT NULL,
    joined timestamp without time zone
);


ALTER TABLE public.memberships OWNER TO legacy;

CREATE TABLE public.units (
    id integer NOT NULL,
    course_id integer NOT NULL,
    title text NOT NULL,
    "position" smallint NOT NULL
);


ALTER TABLE public.units OWNER TO legacy;

CREATE TABLE public.modules (
    id integer NOT NULL,
    unit_id integer NOT NULL,
    title text NOT NULL,
    "position" smallint NOT NULL
);


ALTER TABLE public.modules OWNER TO legacy;

CREATE TABLE public.sections (
    id integer NOT NULL,
    module_id integer NOT NULL,
    title text NOT NULL,
    "position" smallint NOT NULL
);


ALTER TABLE public.sections OWNER TO legacy;

CREATE TABLE public.releases (
    id integer NOT NULL,
    section_id integer NOT NULL,
    released_by integer,
    released_at timestamp without time zone NOT NULL,
    only_for integer[]
);


ALTER TABLE public.releases OWNER TO legacy;

CREATE TABLE public.materials (
    id integer NOT NULL,
    section_id integer NOT NULL,
    title text NOT NULL,
    kind text NOT NULL,
    url text NOT NULL
);


ALTER TABLE public.materials OWNER TO legacy;

CREATE TABLE public.tasks (
    id integer NOT NULL,
    section_id integer NOT NULL,
    title text NOT NULL,
    criteria text[],
    due timestamp without time zone
);


ALTER TABLE public.tasks OWNER TO legacy;

CREATE TABLE public.blobs (
    id integer NOT NULL,
    storage_path text NOT NULL,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    content_type text NOT NULL
);


ALTER TABLE public.blobs OWNER TO legacy;

CREATE TABLE public.submissions (
    id integer NOT NULL,
    task_id integer NOT NULL,
    user_id integer NOT NULL,
    blob_id integer,
    submitted_at timestamp without time zone NOT NULL
);


ALTER TABLE public.submissions OWNER TO legacy;

CREATE TABLE public.sessions (
    id text NOT NULL,
    user_id integer NOT NULL,
    seen timestamp without time zone
);


ALTER TABLE public.sessions OWNER TO legacy;

COPY public.users (id, subject, login, full_name, email, created_at) FROM stdin;
1	idp|0001	ada	Ada (teacher)	Ada@School.example	2019-01-10 08:07:00
2	idp|0002	grace	Grace (teacher)	Grace@School.example	2019-01-13 08:14:00
3	 idp|0003  	alan	Alan (teacher)	Alan@School.example	2019-01-16 08:21:00
4	idp|0004	edsger	Edsger (teacher)	Edsger@School.example	2019-01-19 08:28:00
5	idp|0005	barbara	Barbara	Barbara@School.example	2019-03-31 03:30:00
6	idp|0006	donald	Donald	Donald@School.example	2019-10-27 02:30:00
7	idp|0007	frances	Frances	Frances@School.example	2019-01-28 08:49:00
8	idp|0008	ken	Ken	Ken@School.example	2019-01-31 08:56:00
9	idp|0009	radia	Radia	Radia@School.example	2019-02-03 09:03:00
10	idp|0010	dennis	Dennis	Dennis@School.example	2019-02-06 09:10:00
11	idp|0011	margaret	Margaret	Margaret@School.example	2019-02-09 09:17:00
12	idp|0012	john	John	John@School.example	2019-02-12 09:24:00
13	idp|0013	karen	Karen	Karen@School.example	2019-02-15 09:31:00
14	idp|0014	niklaus	Niklaus	Niklaus@School.example	2019-02-18 09:38:00
15	idp|0015	shafi	Shafi	Shafi@School.example	2019-02-21 09:45:00
16	idp|0016	leslie	Leslie	Leslie@School.example	2019-02-24 09:52:00
17	 idp|0017  	adele	Adele	Adele@School.example	2019-02-27 09:59:00
18	idp|0018	tony	Tony	Tony@School.example	2019-03-02 10:06:00
19	idp|0019	lynn	Lynn	Lynn@School.example	2019-03-05 10:13:00
20	idp|0020	peter	Peter	Peter@School.example	2019-03-08 10:20:00
21	idp|0021	joan	Joan	Joan@School.example	2019-03-11 10:27:00
22	idp|0022	robin	Robin	Robin@School.example	2019-03-14 10:34:00
23	idp|0023	sophie	Sophie	Sophie@School.example	2019-03-17 10:41:00
24	idp|0024	butler	Butler	Butler@School.example	2019-03-20 10:48:00
25	idp|0025	jean	Jean	Jean@School.example	2019-03-23 10:55:00
26	idp|0026	ivan	Ivan	Ivan@School.example	2019-03-26 11:02:00
27	idp|0027	mary	Mary	Mary@School.example	2019-03-29 11:09:00
28	idp|0028	vint	Vint	Vint@School.example	2019-04-01 11:16:00
29	\N	nobody	Nobody	Nobody@School.example	2019-04-04 11:23:00
30	\N	nemo	Nemo	Nemo@School.example	2019-04-07 11:30:00
\.


COPY public.courses (id, code, title, teacher_id, starts) FROM stdin;
1	Algebra	  Algebra 	1	2019-09-02 08:00:00
2	Poetry	Poetry	2	2019-09-02 08:00:00
3	Optics	Optics, light and colour	3	2019-09-03 10:15:00
4	Rhetoric	Rhetoric	4	2020-02-03 08:00:00
5	algebra 	Algebra, once more	1	2020-02-03 08:00:00
6	Silence	Silence	29	2020-02-03 08:00:00
\.


COPY public.memberships (id, course_id, user_id, role, joined) FROM stdin;
1	1	1	T	2019-01-10 08:07:00
2	2	2	T	2019-01-13 08:14:00
3	3	3	T	2019-01-16 08:21:00
4	4	4	T	2019-01-19 08:28:00
5	2	5	S	2019-01-22 08:35:00
6	3	5	S	2019-01-22 08:35:00
7	3	6	S	2019-01-25 08:42:00
8	4	6	S	2019-01-25 08:42:00
9	4	7	S	2019-01-28 08:49:00
10	1	7	S	2019-01-28 08:49:00
11	1	8	S	2019-01-31 08:56:00
12	2	8	S	2019-01-31 08:56:00
13	2	9	S	2019-02-03 09:03:00
14	3	9	S	2019-02-03 09:03:00
15	3	10	S	2019-02-06 09:10:00
16	4	10	S	2019-02-06 09:10:00
17	4	11	S	2019-02-09 09:17:00
18	1	11	S	2019-02-09 09:17:00
19	1	12	S	2019-02-12 09:24:00
20	2	12	S	2019-02-12 09:24:00
21	2	13	S	2019-02-15 09:31:00
22	3	13	S	2019-02-15 09:31:00
23	3	14	S	2019-02-18 09:38:00
24	4	14	S	2019-02-18 09:38:00
25	4	15	S	2019-02-21 09:45:00
26	1	15	S	2019-02-21 09:45:00
27	1	16	S	2019-02-24 09:52:00
28	2	16	S	2019-02-24 09:52:00
29	2	17	S	2019-02-27 09:59:00
30	3	17	S	2019-02-27 09:59:00
31	3	18	S	2019-03-02 10:06:00
32	4	18	S	2019-03-02 10:06:00
33	4	19	S	2019-03-05 10:13:00
34	1	19	S	2019-03-05 10:13:00
35	1	20	S	2019-03-08 10:20:00
36	2	20	S	2019-03-08 10:20:00
37	2	21	S	2019-03-11 10:27:00
38	3	21	S	2019-03-11 10:27:00
39	3	22	S	2019-03-14 10:34:00
40	4	22	S	2019-03-14 10:34:00
41	4	23	S	2019-03-17 10:41:00
42	1	23	S	2019-03-17 10:41:00
43	1	24	S	2019-03-20 10:48:00
44	2	24	S	2019-03-20 10:48:00
45	2	25	S	2019-03-23 10:55:00
46	3	25	S	2019-03-23 10:55:00
47	3	26	S	2019-03-26 11:02:00
48	4	26	S	2019-03-26 11:02:00
49	4	27	S	2019-03-29 11:09:00
50	1	27	S	2019-03-29 11:09:00
51	1	28	S	2019-04-01 11:16:00
52	2	28	S	2019-04-01 11:16:00
53	5	5	S	2019-07-06 15:00:00
54	1	30	S	2019-07-09 15:07:00
\.


COPY public.units (id, course_id, title, "position") FROM stdin;
1	1	Unit 1 of course 1	0
2	1	Unit 2 of course 1	32767
3	2	Unit 3 of course 2	0
4	2	Unit 4 of course 2	32767
5	3	Unit 5 of course 3	0
6	3	Unit 6 of course 3	32767
7	4	Unit 7 of course 4	0
8	4	Unit 8 of course 4	32767
9	5	Unit 9 of course 5	0
10	5	Unit 10 of course 5	32767
11	6	Unit 11 of course 6	0
12	6	Unit 12 of course 6	32767
\.


COPY public.modules (id, unit_id, title, "position") FROM stdin;
1	1	Module 1	0
2	1	Module 2	32767
3	2	Module 3	0
4	2	Module 4	32767
5	3	Module 5	0
6	3	Module 6	32767
7	4	Module 7	0
8	4	Module 8	32767
9	5	Module 9	0
10	5	Module 10	32767
11	6	Module 11	0
12	6	Module 12	32767
13	7	Module 13	0
14	7	Module 14	32767
15	8	Module 15	0
16	8	Module 16	32767
17	9	Module 17	0
18	9	Module 18	32767
19	10	Module 19	0
20	10	Module 20	32767
21	11	Module 21	0
22	11	Module 22	32767
23	12	Module 23	0
24	12	Module 24	32767
\.


COPY public.sections (id, module_id, title, "position") FROM stdin;
1	1	Section 1	0
2	1	Section 2	32767
3	2	Section 3	0
4	2	Section 4	32767
5	3	Section 5	0
6	3	Section 6	40
7	3	Section 7	32767
8	4	Section 8	0
9	4	Section 9	32767
10	5	Section 10	0
11	5	Section 11	32767
12	6	Section 12	0
13	6	Section 13	40
14	6	Section 14	32767
15	7	Section 15	0
16	7	Section 16	32767
17	8	Section 17	0
18	8	Section 18	32767
19	9	Section 19	0
20	9	Section 20	40
21	9	Section 21	32767
22	10	Section 22	0
23	10	Section 23	32767
24	11	Section 24	0
25	11	Section 25	32767
26	12	Section 26	0
27	12	Section 27	40
28	12	Section 28	32767
29	13	Section 29	0
30	13	Section 30	32767
31	14	Section 31	0
32	14	Section 32	32767
33	15	Section 33	0
34	15	Section 34	40
35	15	Section 35	32767
36	16	Section 36	0
37	16	Section 37	32767
38	17	Section 38	0
39	17	Section 39	32767
40	18	Section 40	0
41	18	Section 41	40
42	18	Section 42	32767
43	19	Section 43	0
44	19	Section 44	32767
45	20	Section 45	0
46	20	Section 46	32767
47	21	Section 47	0
48	21	Section 48	40
49	21	Section 49	32767
50	22	Section 50	0
51	22	Section 51	32767
52	23	Section 52	0
53	23	Section 53	32767
54	24	Section 54	0
55	24	Section 55	40
56	24	Section 56	32767
57	1	Section 57	32767
\.


COPY public.releases (id, section_id, released_by, released_at, only_for) FROM stdin;
1	1	1	2019-01-10 12:07:00	\N
2	3	1	2019-01-16 12:21:00	{5,6}
3	5	999	2019-01-22 12:35:00	\N
4	7	1	2019-01-28 12:49:00	\N
5	9	\N	2019-02-03 13:03:00	{5,6}
6	11	2	2019-02-09 13:17:00	\N
7	13	2	2019-02-15 13:31:00	\N
8	15	2	2019-02-21 13:45:00	{5,6}
9	17	2	2019-02-27 13:59:00	\N
10	19	3	2019-03-05 14:13:00	\N
11	21	3	2019-03-11 14:27:00	{5,6}
12	23	3	2019-03-17 14:41:00	\N
13	25	3	2019-03-23 14:55:00	\N
14	27	3	2019-03-29 15:09:00	{5,6}
15	29	4	2019-04-04 15:23:00	\N
16	31	4	2019-04-10 15:37:00	\N
17	33	4	2019-04-16 15:51:00	{5,6}
18	35	4	2019-04-22 16:05:00	\N
19	37	4	2019-04-28 16:19:00	\N
20	39	1	2019-05-04 16:33:00	{5,6}
21	41	1	2019-05-10 16:47:00	\N
22	43	1	2019-05-16 17:01:00	\N
23	45	1	2019-05-22 17:15:00	{5,6}
24	47	29	2019-05-28 17:29:00	\N
25	49	29	2019-06-03 17:43:00	\N
26	51	29	2019-06-09 17:57:00	{5,6}
27	53	29	2019-06-15 18:11:00	\N
28	55	29	2019-06-21 18:25:00	\N
29	57	1	2019-06-27 18:39:00	{5,6}
\.


COPY public.materials (id, section_id, title, kind, url) FROM stdin;
1	1	Slides 1	link	https://files.school.example/1
2	2	Slides 2	text	https://files.school.example/2
3	3	Slides 3	pdf	https://files.school.example/3
4	4	Slides 4	link	https://files.school.example/4
5	5	Slides 5	text	https://files.school.example/5
6	6	Slides 6	pdf	https://files.school.example/6
7	7	Slides 7	link	https://files.school.example/7
8	8	Slides 8	text	https://files.school.example/8
9	9	Slides 9	pdf	https://files.school.example/9
10	10	Slides 10	link	https://files.school.example/10
11	11	Slides 11	text	https://files.school.example/11
12	12	Slides 12	pdf	https://files.school.example/12
13	13	Slides 13	link	https://files.school.example/13
14	14	Slides 14	text	https://files.school.example/14
15	15	Slides 15	pdf	https://files.school.example/15
16	16	Slides 16	link	https://files.school.example/16
17	17	Slides 17	text	https://files.school.example/17
18	18	Slides 18	pdf	https://files.school.example/18
19	19	Slides 19	link	https://files.school.example/19
20	20	Slides 20	text	https://files.school.example/20
21	21	Slides 21	pdf	https://files.school.example/21
22	22	Slides 22	link	https://files.school.example/22
23	23	Slides 23	text	https://files.school.example/23
24	24	Slides 24	pdf	https://files.school.example/24
25	25	Slides 25	link	https://files.school.example/25
26	26	Slides 26	text	https://files.school.example/26
27	27	Slides 27	pdf	https://files.school.example/27
28	28	Slides 28	link	https://files.school.example/28
29	29	Slides 29	text	https://files.school.example/29
30	30	Slides 30	pdf	https://files.school.example/30
31	31	Slides 31	link	https://files.school.example/31
32	32	Slides 32	text	https://files.school.example/32
33	33	Slides 33	pdf	https://files.school.example/33
34	34	Slides 34	link	https://files.school.example/34
35	35	Slides 35	text	https://files.school.example/35
36	36	Slides 36	pdf	https://files.school.example/36
37	37	Slides 37	link	https://files.school.example/37
38	38	Slides 38	text	https://files.school.example/38
39	39	Slides 39	pdf	https://files.school.example/39
40	40	Slides 40	link	https://files.school.example/40
41	41	Slides 41	text	https://files.school.example/41
42	42	Slides 42	pdf	https://files.school.example/42
43	43	Slides 43	link	https://files.school.example/43
44	44	Slides 44	text	https://files.school.example/44
45	45	Slides 45	pdf	https://files.school.example/45
46	46	Slides 46	link	https://files.school.example/46
47	47	Slides 47	text	https://files.school.example/47
48	48	Slides 48	pdf	https://files.school.example/48
49	49	Slides 49	link	https://files.school.example/49
50	50	Slides 50	text	https://files.school.example/50
51	51	Slides 51	pdf	https://files.school.example/51
52	52	Slides 52	link	https://files.school.example/52
53	53	Slides 53	text	https://files.school.example/53
54	54	Slides 54	pdf	https://files.school.example/54
55	55	Slides 55	link	https://files.school.example/55
56	56	Slides 56	text	https://files.school.example/56
57	57	Slides 57	pdf	https://files.school.example/57
\.


COPY public.tasks (id, section_id, title, criteria, due) FROM stdin;
1	4	Task 1	{content,layout,NULL}	2019-02-18 19:38:00
2	8	Task 2	{}	2019-03-02 20:06:00
3	12	Task 3	{content," language ",""}	2019-03-14 20:34:00
4	16	Task 4	\N	2019-03-26 21:02:00
5	20	Task 5	{}	2019-04-07 21:30:00
6	24	Task 6	{content," language ",""}	2019-04-19 21:58:00
7	28	Task 7	{content,layout,NULL}	2019-05-01 22:26:00
8	32	Task 8	{}	2019-05-13 22:54:00
9	36	Task 9	{content," language ",""}	2019-05-25 23:22:00
10	40	Task 10	{content,layout,NULL}	2019-06-06 23:50:00
11	44	Task 11	{}	2019-06-19 00:18:00
12	48	Task 12	{content," language ",""}	2019-07-01 00:46:00
13	52	Task 13	{content,layout,NULL}	2019-07-13 01:14:00
14	56	Task 14	{}	2019-07-25 01:42:00
\.


COPY public.blobs (id, storage_path, sha256, size_bytes, content_type) FROM stdin;
1	submission-01.txt	66244a4ca54d23981c595d3f881857f81ee650526ba72a94772039ce958b28fd	40	text/plain
2	submission-02.txt	C8DAC963087F8A2AB8513062C2953BC35A99F0A055CF07274A7AD1030D8234A3	40	text/plain
3	submission-03.txt	d1aa7510daf9ec3cdfbfd2786ff88a51288af6ac69290f8b41cb6eb3d04ea46b	40	text/plain
4	submission-04.txt	1c670b371ca139851b309ee04cf5e7442294474102beaff6fd18f755654ec3a8	40	text/plain
5	submission-05.txt	f9a2e46e67b3ef6f83c63c453d7cdc13853b9084e7ff069f507adddc59dc7f4d	40	text/plain
6	submission-06.txt	f861c97438fd1aeb2867fa529dd2691a0340856f70f1c551118e9a92e86404ff	40	text/plain
7	submission-07.txt	490b8484fafffb0b238cab244682c338806b68fdc212d16a74e5c131275f03a6	57	text/plain
8	submission-08.txt	1d0a30bf4bfa76a915cab588ddfae5ce606a5b2a16e0a86123dbc6efb6940845	40	text/plain
9	submission-09.txt	d524115c875f2947e91b43ce8927cbb9541803ef38a66a523e01c5797457c6f4	40	text/plain
10	submission-10.txt	25252f76f6b6534e58245d9c755cc73ba27f4b21384519c01299e011e0c3573a	41	text/plain
11	submission-11.txt	6716b1f6bfa9041a257b2b04442ebdfdc3dc32a2c6573ed23d993e2821eb1821	41	text/plain
12	submission-12.txt	b2edc1c87a348003877ada413210e52445240fb39662053fc7f9f0a3827d9874	41	text/plain
\.


COPY public.submissions (id, task_id, user_id, blob_id, submitted_at) FROM stdin;
1	1	5	1	2019-11-07 07:47:00
2	2	6	2	2019-11-10 07:54:00
3	3	7	3	2019-11-13 08:01:00
4	4	8	4	2019-11-16 08:08:00
5	5	9	5	2019-11-19 08:15:00
6	6	10	6	2019-11-22 08:22:00
7	1	11	7	2019-11-25 08:29:00
8	2	12	8	2019-11-28 08:36:00
9	3	13	9	2019-12-01 08:43:00
10	4	14	10	2019-12-04 08:50:00
11	5	15	11	2019-12-07 08:57:00
12	6	10	12	2019-12-10 09:04:00
\.


COPY public.sessions (id, user_id, seen) FROM stdin;
s1	1	2019-01-10 08:07:00
s2	2	2019-01-13 08:14:00
s3	3	2019-01-16 08:21:00
s4	4	2019-01-19 08:28:00
s5	5	2019-01-22 08:35:00
\.


ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.units
    ADD CONSTRAINT units_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.modules
    ADD CONSTRAINT modules_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.sections
    ADD CONSTRAINT sections_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.blobs
    ADD CONSTRAINT blobs_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.submissions
    ADD CONSTRAINT submissions_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id);


ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);


ALTER TABLE ONLY public.units
    ADD CONSTRAINT units_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id);


ALTER TABLE ONLY public.modules
    ADD CONSTRAINT modules_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES public.units(id);


ALTER TABLE ONLY public.sections
    ADD CONSTRAINT sections_module_id_fkey FOREIGN KEY (module_id) REFERENCES public.modules(id);


ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_section_id_fkey FOREIGN KEY (section_id) REFERENCES public.sections(id);


ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_section_id_fkey FOREIGN KEY (section_id) REFERENCES public.sections(id);


ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_section_id_fkey FOREIGN KEY (section_id) REFERENCES public.sections(id);


ALTER TABLE ONLY public.submissions
    ADD CONSTRAINT submissions_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.tasks(id);


ALTER TABLE ONLY public.submissions
    ADD CONSTRAINT submissions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);


ALTER TABLE ONLY public.submissions
    ADD CONSTRAINT submissions_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES public.blobs(id);


CREATE INDEX units_by_course_id ON public.units USING btree (course_id);

CREATE INDEX modules_by_unit_id ON public.modules USING btree (unit_id);

CREATE INDEX sections_by_module_id ON public.sections USING btree (module_id);

GRANT SELECT ON ALL TABLES IN SCHEMA public TO reports;

--
-- PostgreSQL database dump complete
--

\unrestrict zq0aR8vQm3Kc
