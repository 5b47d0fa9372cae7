--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

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

--
-- Name: access; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA access;


--
-- Name: exchange; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA exchange;


--
-- Name: forecast; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA forecast;


--
-- Name: forecast_read_33a700d7; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA forecast_read_33a700d7;


--
-- Name: intake; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA intake;


--
-- Name: intake_read_d122f597; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA intake_read_d122f597;


--
-- Name: log; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA log;


--
-- Name: pipeline; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA pipeline;


--
-- Name: pipeline_read_86b2ac04; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA pipeline_read_86b2ac04;


--
-- Name: qualification; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA qualification;


--
-- Name: qualification_read_07a66704; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA qualification_read_07a66704;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: access; Owner: -
--

CREATE TABLE access.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: keys; Type: TABLE; Schema: access; Owner: -
--

CREATE TABLE access.keys (
    key_id uuid NOT NULL,
    hash text NOT NULL,
    lineage uuid NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    node text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone
);


--
-- Name: lent; Type: TABLE; Schema: exchange; Owner: -
--

CREATE TABLE exchange.lent (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: aliases; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.aliases (
    alias text NOT NULL,
    stream text NOT NULL,
    subject text NOT NULL,
    fingerprint text
);


--
-- Name: answers; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.answers (
    key text NOT NULL,
    fingerprint text NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    "position" bigint NOT NULL,
    created boolean NOT NULL,
    body jsonb NOT NULL,
    given_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: checkpoints; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.checkpoints (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    offsets jsonb NOT NULL
);


--
-- Name: erased; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.erased (
    subject text NOT NULL,
    erased_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: events; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.events (
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid
);


--
-- Name: parked; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.parked (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    event jsonb NOT NULL,
    error text,
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: published; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.published (
    one boolean NOT NULL,
    "position" bigint NOT NULL,
    clock timestamp with time zone NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);


--
-- Name: currencies; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.currencies (
    currency text NOT NULL,
    deals integer NOT NULL
);


--
-- Name: deals; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.deals (
    opportunity_id text NOT NULL,
    owner text NOT NULL,
    close_date date,
    category text NOT NULL,
    qualified boolean NOT NULL,
    currency text,
    motion text NOT NULL,
    pipeline text NOT NULL,
    amount numeric(24,4) NOT NULL,
    outcome text,
    account text NOT NULL,
    stage text NOT NULL,
    stage_mapped boolean NOT NULL
);


--
-- Name: latest; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.latest (
    source text NOT NULL,
    occurred_at timestamp with time zone NOT NULL
);


--
-- Name: org_rows; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.org_rows (
    node text NOT NULL,
    "position" bigint NOT NULL,
    starts timestamp with time zone NOT NULL,
    parent text,
    kind text,
    ended boolean NOT NULL
);


--
-- Name: postings; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.postings (
    "position" bigint NOT NULL,
    line integer NOT NULL,
    opportunity_id text NOT NULL,
    owner text NOT NULL,
    close_date date,
    category text NOT NULL,
    qualified boolean NOT NULL,
    currency text,
    motion text NOT NULL,
    pipeline text NOT NULL,
    amount numeric(24,4) NOT NULL,
    deals integer NOT NULL,
    reason text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);


--
-- Name: pure; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.pure (
    node text NOT NULL,
    close_date date NOT NULL,
    category text NOT NULL,
    qualified boolean NOT NULL,
    currency text NOT NULL,
    motion text NOT NULL,
    pipeline text NOT NULL,
    amount numeric(24,4) NOT NULL,
    deals integer NOT NULL,
    own_amount numeric(24,4) NOT NULL,
    own_deals integer NOT NULL
);


--
-- Name: seats; Type: TABLE; Schema: forecast_read_33a700d7; Owner: -
--

CREATE TABLE forecast_read_33a700d7.seats (
    node text NOT NULL,
    parent text,
    kind text NOT NULL,
    active boolean NOT NULL,
    name_ref uuid NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: aliases; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.aliases (
    alias text NOT NULL,
    stream text NOT NULL,
    subject text NOT NULL,
    fingerprint text
);


--
-- Name: answers; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.answers (
    key text NOT NULL,
    fingerprint text NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    "position" bigint NOT NULL,
    created boolean NOT NULL,
    body jsonb NOT NULL,
    given_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: checkpoints; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.checkpoints (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    offsets jsonb NOT NULL
);


--
-- Name: erased; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.erased (
    subject text NOT NULL,
    erased_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: events; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.events (
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid
);


--
-- Name: parked; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.parked (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    event jsonb NOT NULL,
    error text,
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: published; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.published (
    one boolean NOT NULL,
    "position" bigint NOT NULL,
    clock timestamp with time zone NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);


--
-- Name: leads; Type: TABLE; Schema: intake_read_d122f597; Owner: -
--

CREATE TABLE intake_read_d122f597.leads (
    lead_id text NOT NULL,
    person_id text NOT NULL,
    "position" bigint NOT NULL,
    source text NOT NULL,
    source_detail text,
    external_id text,
    captured_at timestamp with time zone NOT NULL,
    last_engaged_at timestamp with time zone NOT NULL,
    captures integer NOT NULL,
    erased boolean NOT NULL
);


--
-- Name: partitions; Type: TABLE; Schema: log; Owner: -
--

CREATE TABLE log.partitions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
);


--
-- Name: records; Type: TABLE; Schema: log; Owner: -
--

CREATE TABLE log.records (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid
);


--
-- Name: topics; Type: TABLE; Schema: log; Owner: -
--

CREATE TABLE log.topics (
    topic text NOT NULL,
    partitions integer NOT NULL
);


--
-- Name: watermarks; Type: TABLE; Schema: log; Owner: -
--

CREATE TABLE log.watermarks (
    source text NOT NULL,
    "position" bigint NOT NULL,
    clock timestamp with time zone NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: aliases; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.aliases (
    alias text NOT NULL,
    stream text NOT NULL,
    subject text NOT NULL,
    fingerprint text
);


--
-- Name: answers; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.answers (
    key text NOT NULL,
    fingerprint text NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    "position" bigint NOT NULL,
    created boolean NOT NULL,
    body jsonb NOT NULL,
    given_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: checkpoints; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.checkpoints (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    offsets jsonb NOT NULL
);


--
-- Name: erased; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.erased (
    subject text NOT NULL,
    erased_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: events; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.events (
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid
);


--
-- Name: parked; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.parked (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    event jsonb NOT NULL,
    error text,
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: published; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.published (
    one boolean NOT NULL,
    "position" bigint NOT NULL,
    clock timestamp with time zone NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);


--
-- Name: opportunities; Type: TABLE; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE TABLE pipeline_read_86b2ac04.opportunities (
    opportunity_id text NOT NULL,
    name_ref uuid,
    external_id text,
    account text NOT NULL,
    owner text NOT NULL,
    motion text NOT NULL,
    approach text NOT NULL,
    pipeline text NOT NULL,
    stage text NOT NULL,
    category text NOT NULL,
    amount numeric(24,4),
    currency text,
    amount_estimated boolean NOT NULL,
    close_date date,
    qualified boolean NOT NULL,
    outcome text,
    lead_ids text[] NOT NULL,
    source text NOT NULL,
    version integer NOT NULL
);


--
-- Name: stage_visits; Type: TABLE; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE TABLE pipeline_read_86b2ac04.stage_visits (
    opportunity_id text NOT NULL,
    number integer NOT NULL,
    stage text NOT NULL,
    previous_stage text,
    entered_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    amount numeric(24,4),
    currency text,
    category text NOT NULL,
    actor text NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: aliases; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.aliases (
    alias text NOT NULL,
    stream text NOT NULL,
    subject text NOT NULL,
    fingerprint text
);


--
-- Name: answers; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.answers (
    key text NOT NULL,
    fingerprint text NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    "position" bigint NOT NULL,
    created boolean NOT NULL,
    body jsonb NOT NULL,
    given_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: checkpoints; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.checkpoints (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    offsets jsonb NOT NULL
);


--
-- Name: erased; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.erased (
    subject text NOT NULL,
    erased_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: events; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.events (
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id uuid
);


--
-- Name: parked; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.parked (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    event jsonb NOT NULL,
    error text,
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: published; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.published (
    one boolean NOT NULL,
    "position" bigint NOT NULL,
    clock timestamp with time zone NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);


--
-- Name: deals; Type: TABLE; Schema: qualification_read_07a66704; Owner: -
--

CREATE TABLE qualification_read_07a66704.deals (
    opportunity_id text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    motion text NOT NULL,
    pipeline text NOT NULL,
    outcome text
);


--
-- Name: leads; Type: TABLE; Schema: qualification_read_07a66704; Owner: -
--

CREATE TABLE qualification_read_07a66704.leads (
    lead_id text NOT NULL,
    person_id text NOT NULL,
    external_id text,
    lead_source text NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    account text,
    lifecycle text NOT NULL,
    cycle integer NOT NULL,
    mql_at timestamp with time zone,
    mql_source text,
    touch_by timestamp with time zone,
    touched_at timestamp with time zone,
    sdr text,
    refused text,
    opportunity_id text,
    reason text,
    next_revisit date,
    grade text,
    score numeric(24,4) NOT NULL,
    model_version integer NOT NULL,
    erased boolean NOT NULL,
    demo_first integer NOT NULL,
    queue_grade text NOT NULL
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: access; Owner: -
--

INSERT INTO access.alembic_version VALUES
	('0001');


--
-- Data for Name: keys; Type: TABLE DATA; Schema: access; Owner: -
--



--
-- Data for Name: lent; Type: TABLE DATA; Schema: exchange; Owner: -
--

INSERT INTO exchange.lent VALUES
	('cba15120-f5d1-4f75-a02d-98570d91bd5e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', '"Seats 0"'),
	('186b9651-7eff-49b5-a78b-54fe991a18ec', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '"Seats 1"'),
	('1e6df145-d1b6-4743-8408-ce617ab375d0', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', '"Seats 2"');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.alembic_version VALUES
	('0001');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: answers; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: checkpoints; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.checkpoints VALUES
	('forecast_read_33a700d7', 'forecast', 4, '{}'),
	('forecast_read_33a700d7', 'pipeline', 11, '{"0": 0, "1": 4, "2": 0, "3": 0, "4": 0, "5": 3, "6": 0, "7": 0, "8": 0, "9": 0, "10": 0, "11": 4}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: events; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.events VALUES
	(1, 'f3c190e5-9371-444b-8172-f2b6325f2daa', 'org-all', 1, 'org.node_placed', '{"kind": "unit", "name": {"ref": "abe32b36-5961-4b74-a599-e3a2976c5b48"}, "node": "company", "parent": null, "starts": null}', '2026-11-21 21:58:41.782379+00', '2026-11-21 21:58:41.775754+00', 'tester', '8f2006da-2183-4089-a5cf-d48a24f108e6', NULL),
	(2, 'a3d676ac-546e-4eca-a54c-6fcb4210fcb1', 'org-all', 2, 'org.node_placed', '{"kind": "unit", "name": {"ref": "9ff783a7-2506-454f-a0bb-5f953d77b646"}, "node": "north", "parent": "company", "starts": null}', '2026-11-21 21:58:41.854964+00', '2026-11-21 21:58:41.851928+00', 'tester', '9156da0f-08b0-47c4-ae05-ce7a77bac831', NULL),
	(3, '9617e951-5b31-48cd-87a3-3f83b3b15006', 'org-all', 3, 'org.node_placed', '{"kind": "person", "name": {"ref": "df5c71de-9a50-4600-bddc-3d01a61e7439"}, "node": "ann", "parent": "north", "starts": null}', '2026-11-21 21:58:41.88464+00', '2026-11-21 21:58:41.882598+00', 'tester', 'd514b5ce-fe28-461f-afb3-ca114abd96b9', NULL),
	(4, 'ad51c927-d9ed-4cf7-b719-08363b5e99f7', 'org-all', 4, 'org.node_placed', '{"kind": "person", "name": {"ref": "73975b4c-bee5-4311-a54d-aac60298c773"}, "node": "bob", "parent": "north", "starts": null}', '2026-11-21 21:58:41.916746+00', '2026-11-21 21:58:41.914513+00', 'tester', '9031eeb9-406e-4138-93f3-3d65aed1ebd2', NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.published VALUES
	(true, 4, '2026-11-21 21:58:45.823225+00');


--
-- Data for Name: vault; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.vault VALUES
	('abe32b36-5961-4b74-a599-e3a2976c5b48', 'node-company', '"Company"'),
	('9ff783a7-2506-454f-a0bb-5f953d77b646', 'node-north', '"North"'),
	('df5c71de-9a50-4600-bddc-3d01a61e7439', 'node-ann', '"Ann"'),
	('73975b4c-bee5-4311-a54d-aac60298c773', 'node-bob', '"Bob"');


--
-- Data for Name: currencies; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.currencies VALUES
	('EUR', 3);


--
-- Data for Name: deals; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.deals VALUES
	('4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 'won', 'company1.example.com', 'won', true),
	('d8297632-f1cd-4211-9441-eb92c43c16f1', 'ann', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, NULL, 'company2.example.com', 'proposal', true),
	('73b416a0-12c9-45de-a5c2-10de235cab2d', 'ann', '2026-12-15', 'omitted', true, 'EUR', 'new_business', 'default', 3000.0000, 'recycled', 'company3.example.com', 'lost', true),
	('1992c360-40c1-488d-bff8-69328ccb83f1', 'ann', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, NULL, 'initech.example.com', 'unqualified', true);


--
-- Data for Name: latest; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.latest VALUES
	('forecast', '2026-11-21 21:58:41.916746+00'),
	('pipeline', '2026-11-21 21:58:42.809832+00');


--
-- Data for Name: org_rows; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.org_rows VALUES
	('company', 1, '0001-01-01 00:00:00+00', NULL, 'unit', false),
	('north', 2, '0001-01-01 00:00:00+00', 'company', 'unit', false),
	('ann', 3, '0001-01-01 00:00:00+00', 'north', 'person', false),
	('bob', 4, '0001-01-01 00:00:00+00', 'north', 'person', false);


--
-- Data for Name: postings; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.postings VALUES
	(1, 1, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', 1000.0000, 1, 'created', '2026-11-21 21:58:42.350168+00', '2026-11-21 21:58:42.383972+00'),
	(2, 1, 'd8297632-f1cd-4211-9441-eb92c43c16f1', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', 2000.0000, 1, 'created', '2026-11-21 21:58:42.488614+00', '2026-11-21 21:58:42.512897+00'),
	(3, 1, '73b416a0-12c9-45de-a5c2-10de235cab2d', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', 3000.0000, 1, 'created', '2026-11-21 21:58:42.613979+00', '2026-11-21 21:58:42.624326+00'),
	(4, 1, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', -1000.0000, -1, 'qualified', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.671527+00'),
	(4, 2, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'qualified', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.671527+00'),
	(5, 1, 'd8297632-f1cd-4211-9441-eb92c43c16f1', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', -2000.0000, -1, 'qualified', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.684645+00'),
	(5, 2, 'd8297632-f1cd-4211-9441-eb92c43c16f1', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 'qualified', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.684645+00'),
	(6, 1, '73b416a0-12c9-45de-a5c2-10de235cab2d', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', -3000.0000, -1, 'qualified', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.702117+00'),
	(6, 2, '73b416a0-12c9-45de-a5c2-10de235cab2d', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', 3000.0000, 1, 'qualified', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.702117+00'),
	(7, 1, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', -1000.0000, -1, 'recategorised', '2026-11-21 21:58:42.721556+00', '2026-11-21 21:58:42.719031+00'),
	(7, 2, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-12-15', 'commit', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'recategorised', '2026-11-21 21:58:42.721556+00', '2026-11-21 21:58:42.719031+00'),
	(8, 1, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-12-15', 'commit', true, 'EUR', 'new_business', 'default', -1000.0000, -1, 'redated', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.731337+00'),
	(8, 2, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-11-20', 'commit', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'redated', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.731337+00'),
	(8, 3, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-11-20', 'commit', true, 'EUR', 'new_business', 'default', -1000.0000, -1, 'won', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.731337+00'),
	(8, 4, '4eb96a51-54f8-4813-914e-0b0230f58606', 'bob', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'won', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.731337+00'),
	(9, 1, 'd8297632-f1cd-4211-9441-eb92c43c16f1', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', -2000.0000, -1, 'recategorised', '2026-11-21 21:58:42.749805+00', '2026-11-21 21:58:42.746299+00'),
	(9, 2, 'd8297632-f1cd-4211-9441-eb92c43c16f1', 'ann', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 'recategorised', '2026-11-21 21:58:42.749805+00', '2026-11-21 21:58:42.746299+00'),
	(10, 1, '73b416a0-12c9-45de-a5c2-10de235cab2d', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', -3000.0000, -1, 'recycled', '2026-11-21 21:58:42.789357+00', '2026-11-21 21:58:42.787414+00'),
	(11, 1, '1992c360-40c1-488d-bff8-69328ccb83f1', 'ann', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 'created', '2026-11-21 21:58:42.809832+00', '2026-11-21 21:58:42.803999+00');


--
-- Data for Name: pure; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.pure VALUES
	('_root', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 0.0000, 0),
	('bob', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 1000.0000, 1),
	('company', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 0.0000, 0),
	('north', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 0.0000, 0),
	('_root', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 0.0000, 0),
	('ann', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 2000.0000, 1),
	('company', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 0.0000, 0),
	('north', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 0.0000, 0),
	('_root', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 0.0000, 0),
	('ann', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 500.5000, 1),
	('company', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 0.0000, 0),
	('north', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 0.0000, 0);


--
-- Data for Name: seats; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.seats VALUES
	('company', NULL, 'unit', true, 'abe32b36-5961-4b74-a599-e3a2976c5b48'),
	('north', 'company', 'unit', true, '9ff783a7-2506-454f-a0bb-5f953d77b646'),
	('ann', 'north', 'person', true, 'df5c71de-9a50-4600-bddc-3d01a61e7439'),
	('bob', 'north', 'person', true, '73975b4c-bee5-4311-a54d-aac60298c773');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.alembic_version VALUES
	('0001');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.aliases VALUES
	('capture:186da6030431fdf276b785ea72c1bfa17b08805a5d0dac6ead08d6148c28c7ae', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 'person-c3a14204-f408-41f5-83c3-2ee195b0bc46', '5064603b17430312b1f47b862af77c7eef83a4e391dbedfa9037e609211bf7c8'),
	('email:8b8d4febfc402a2e5e75c127dcb2f6d80bc0b7d85f911998eed67590c52b862e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 'person-c3a14204-f408-41f5-83c3-2ee195b0bc46', NULL),
	('capture:20e10e90afee9c872b669c5d168b3032093c61260d0b011ca3c0f6f33d314e0f', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 'person-218edcdf-2596-4586-a873-8d80549cc9ce', '62d000e95d9f6118f5e1f7c61e4a57adbaeaa34079b8075daa198ce19f5a633c'),
	('email:8e75d7213aa495ac90306211a64d9a021a555954eddf9d2316c83aed0d96be88', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 'person-218edcdf-2596-4586-a873-8d80549cc9ce', NULL),
	('capture:2771c7db1a9763da79c7d0b08c75694fb6575d09d4040c1b60eabe6c742e2657', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 'person-e7492247-449b-4a71-9502-32e623197539', 'c3355c2d0e0acbd6ccd82e85450c4652aa91b6516e5c4793ea388f3419b0f6cb'),
	('email:f7445ef4986ef5690da5b90215e6507a6726c08e0ededb82c324c2e563ac036e', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 'person-e7492247-449b-4a71-9502-32e623197539', NULL),
	('capture:05a8768acf020c25270fd124b064026746c127d852518b86d206f46905f25049', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 'person-9bda7a58-150b-43d9-b23f-eb020ee46885', '8abcf5a246813ab923db5ac510745c1074e20deb85c5ead3d0e183a915fde70c'),
	('email:f2b5a512242a3aaf6919a194eb688c6e156a547cfc43b5475e1541072b3f8b03', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 'person-9bda7a58-150b-43d9-b23f-eb020ee46885', NULL),
	('capture:8a876336be6451c7a7cb0867b6036ac896cb1a4781937c1faa4e5f566a39dbf8', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 'person-c3a14204-f408-41f5-83c3-2ee195b0bc46', 'f76d5c6dc56a35a46ad697d2cecf6c2ff260d42910f958d8c7623b5439a56f23'),
	('capture:70c9d2b99cfa4eaa24efe8fdd651d1e0ad1ac682029a7da1fca58c6c2b8c3c50', 'lead-bd92e101-0f5f-4098-ac24-00e3f6842373', 'person-a94622cd-5a86-46ab-874b-448c01a9dd24', '793edd153324a16ae9d6dfa651816a65bb8971b3bdd2e2bb6407e0ce09d6e9dd'),
	('email:1331af28ad2f0e9d309f5e8afbba2829a14b3b5578c511c7c55060be9a2b934c', 'lead-bd92e101-0f5f-4098-ac24-00e3f6842373', 'person-a94622cd-5a86-46ab-874b-448c01a9dd24', NULL);


--
-- Data for Name: answers; Type: TABLE DATA; Schema: intake; Owner: -
--



--
-- Data for Name: checkpoints; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.checkpoints VALUES
	('intake_read_d122f597', 'intake', 8, '{}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.erased VALUES
	('person-8936c710-6b79-419e-bb57-23dcd3e482b3', '2026-11-21 21:58:42.857784+00');


--
-- Data for Name: events; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.events VALUES
	(1, '51602fb4-4b76-4b05-9724-cf306cd4f2c5', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 1, 'lead.captured', '{"texts": null, "person": {"ref": "b3de0415-805e-412c-b22d-f8043cd79cc2"}, "source": "demo_request", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "size_band": "201-1000", "capture_id": "6c135194-5758-4c45-b31d-4f38fb61a989", "email_kind": "business", "engaged_at": "2026-11-21T21:58:41.946311Z", "role_class": "director", "external_id": "site:1", "received_at": "2026-11-21T21:58:41.960294Z", "source_detail": null}', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:41.950658+00', 'tester', '7836a4af-71cf-4c2e-b835-646510f88ffb', NULL),
	(2, '815b751c-16e5-4ab2-9352-123d3f6788db', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 1, 'lead.captured', '{"texts": null, "person": {"ref": "f7cfca0e-5d93-43ee-bd21-4f9add2ce259"}, "source": "demo_request", "company": {"name": null, "domain": "company2.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "size_band": "201-1000", "capture_id": "2062206f-6827-488e-ab42-4fdea4b4fd83", "email_kind": "business", "engaged_at": "2026-11-21T21:58:41.990836Z", "role_class": "director", "external_id": "site:2", "received_at": "2026-11-21T21:58:41.996341Z", "source_detail": null}', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:41.99266+00', 'tester', 'dbebf6ef-d04b-44e6-8e9a-3f674c86456e', NULL),
	(3, '06a9b433-7ab4-4414-8b5d-30c634178247', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 1, 'lead.captured', '{"texts": null, "person": {"ref": "fab27c21-63d6-47dc-81a9-970eeef97ee0"}, "source": "demo_request", "company": {"name": null, "domain": "company3.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "e7492247-449b-4a71-9502-32e623197539", "size_band": "201-1000", "capture_id": "1ce58b3a-a956-48d7-912e-588f061172b5", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.006077Z", "role_class": "director", "external_id": "site:3", "received_at": "2026-11-21T21:58:42.011287Z", "source_detail": null}', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.00808+00', 'tester', 'd21d6efe-7ea4-42a5-b4bf-13606c5824ef', NULL),
	(4, 'aebbee4e-6181-47aa-9066-5e60089ab7b6', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 1, 'lead.captured', '{"texts": null, "person": {"ref": "37f919d4-660e-41bd-ab78-a5fd1c9dfad3"}, "source": "demo_request", "company": {"name": null, "domain": "company4.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "size_band": "201-1000", "capture_id": "1bf944b3-925d-4138-bfc4-cc4ece7c3ee2", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.040347Z", "role_class": "director", "external_id": "site:4", "received_at": "2026-11-21T21:58:42.054018Z", "source_detail": null}', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.04923+00', 'tester', 'e1d79337-ba26-4392-a662-fd7de15277a2', NULL),
	(5, '6c07e13f-2001-468c-a632-ab4e6448a2d5', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 1, 'lead.captured', '{"texts": null, "person": {"ref": "e5dfe55f-1c22-45f9-86a0-7ab592efb2be"}, "source": "demo_request", "company": {"name": null, "domain": "company5.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "size_band": "201-1000", "capture_id": "0e7a956a-f61f-43cd-881b-912a8d90a262", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.071779Z", "role_class": "director", "external_id": "site:5", "received_at": "2026-11-21T21:58:42.077575Z", "source_detail": null}', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.075286+00', 'tester', '866b11cb-4ced-49bb-92c9-13c7626fc053', NULL),
	(6, '51d854ca-8dce-4bd9-9847-8b2b8e60ef7e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 2, 'lead.engagement_added', '{"texts": {"ref": "1adb44a5-5f8b-4591-92c2-01ea23074ac0"}, "person": {"ref": "d0d1fa8c-4b03-41f1-80cd-4f9898469e3d"}, "source": "webinar", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": {"minutes": 30, "attended": true, "webinar_id": "basics"}, "campaign": null, "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "size_band": "201-1000", "capture_id": "05785537-a10b-40db-8331-763502642a1f", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.093718Z", "role_class": "director", "external_id": "site:again", "received_at": "2026-11-21T21:58:42.108604Z", "source_detail": null}', '2026-11-21 21:58:42.108604+00', '2026-11-21 21:58:42.101957+00', 'tester', '3893dd93-5af0-4075-b799-8c2442fb0f09', NULL),
	(7, '41806361-16bf-475f-88eb-e7e20896ec19', 'lead-bd92e101-0f5f-4098-ac24-00e3f6842373', 1, 'lead.captured', '{"texts": null, "person": {"ref": "8f86ce99-08e3-4dd2-9042-26cf395710ca"}, "source": "newsletter", "company": {"name": null, "domain": "company6.example.com", "country": null, "industry": null, "employees": 250}, "consent": {"at": "2026-11-21T21:58:42.135482Z", "status": "granted", "purpose": "newsletter", "text_version": null}, "details": {"list": "monthly", "double_opt_in": true}, "campaign": null, "person_id": "a94622cd-5a86-46ab-874b-448c01a9dd24", "size_band": "201-1000", "capture_id": "079951f1-1c52-4a37-a496-bc596d54418e", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.135482Z", "role_class": "director", "external_id": "site:6", "received_at": "2026-11-21T21:58:42.147378Z", "source_detail": null}', '2026-11-21 21:58:42.147378+00', '2026-11-21 21:58:42.142785+00', 'tester', '0e9f05a2-0d5f-4535-b245-1584190ed706', NULL),
	(8, '69396703-d1b1-422c-9670-16b40a7edc6d', 'person-8936c710-6b79-419e-bb57-23dcd3e482b3', 1, 'person.erased', '{"lead_ids": ["5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3"]}', '2026-11-21 21:58:42.855578+00', '2026-11-21 21:58:42.854249+00', 'tester', 'd840e125-800b-4329-afc5-9f0480cc42a3', NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: intake; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.published VALUES
	(true, 8, '2026-11-21 21:58:45.670979+00');


--
-- Data for Name: vault; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.vault VALUES
	('b3de0415-805e-412c-b22d-f8043cd79cc2', 'person-c3a14204-f408-41f5-83c3-2ee195b0bc46', '{"email": "person1@example.com", "job_title": "Head of Sales"}'),
	('f7cfca0e-5d93-43ee-bd21-4f9add2ce259', 'person-218edcdf-2596-4586-a873-8d80549cc9ce', '{"email": "person2@example.com", "job_title": "Head of Sales"}'),
	('fab27c21-63d6-47dc-81a9-970eeef97ee0', 'person-e7492247-449b-4a71-9502-32e623197539', '{"email": "person3@example.com", "job_title": "Head of Sales"}'),
	('37f919d4-660e-41bd-ab78-a5fd1c9dfad3', 'person-9bda7a58-150b-43d9-b23f-eb020ee46885', '{"email": "person4@example.com", "job_title": "Head of Sales"}'),
	('d0d1fa8c-4b03-41f1-80cd-4f9898469e3d', 'person-c3a14204-f408-41f5-83c3-2ee195b0bc46', '{"email": "person1@example.com", "job_title": "Head of Sales"}'),
	('1adb44a5-5f8b-4591-92c2-01ea23074ac0', 'person-c3a14204-f408-41f5-83c3-2ee195b0bc46', '{"questions": ["How much?"]}'),
	('8f86ce99-08e3-4dd2-9042-26cf395710ca', 'person-a94622cd-5a86-46ab-874b-448c01a9dd24', '{"email": "person6@example.com", "job_title": "Head of Sales"}');


--
-- Data for Name: leads; Type: TABLE DATA; Schema: intake_read_d122f597; Owner: -
--

INSERT INTO intake_read_d122f597.leads VALUES
	('6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '218edcdf-2596-4586-a873-8d80549cc9ce', 2, 'demo_request', NULL, 'site:2', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:41.990836+00', 1, false),
	('a6b561cd-1bda-4cab-a797-56e922cb7f49', 'e7492247-449b-4a71-9502-32e623197539', 3, 'demo_request', NULL, 'site:3', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.006077+00', 1, false),
	('7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', '9bda7a58-150b-43d9-b23f-eb020ee46885', 4, 'demo_request', NULL, 'site:4', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.040347+00', 1, false),
	('e291d7a3-9b3f-4449-8fe4-444a071ffa73', 'c3a14204-f408-41f5-83c3-2ee195b0bc46', 1, 'demo_request', NULL, 'site:1', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:42.093718+00', 2, false),
	('bd92e101-0f5f-4098-ac24-00e3f6842373', 'a94622cd-5a86-46ab-874b-448c01a9dd24', 7, 'newsletter', NULL, 'site:6', '2026-11-21 21:58:42.147378+00', '2026-11-21 21:58:42.135482+00', 1, false),
	('5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', '8936c710-6b79-419e-bb57-23dcd3e482b3', 5, 'demo_request', NULL, 'site:5', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.071779+00', 1, true);


--
-- Data for Name: partitions; Type: TABLE DATA; Schema: log; Owner: -
--

INSERT INTO log.partitions VALUES
	('funnelcast.lead-intake.v1', 1, 0),
	('funnelcast.lead-intake.v1', 3, 0),
	('funnelcast.lead-intake.v1', 6, 0),
	('funnelcast.lead-intake.v1', 7, 0),
	('funnelcast.lead-intake.v1', 8, 0),
	('funnelcast.lead-intake.v1', 9, 0),
	('funnelcast.lead-intake.v1', 10, 0),
	('funnelcast.qualification.v1', 1, 0),
	('funnelcast.qualification.v1', 3, 0),
	('funnelcast.qualification.v1', 6, 0),
	('funnelcast.qualification.v1', 7, 0),
	('funnelcast.qualification.v1', 8, 0),
	('funnelcast.qualification.v1', 9, 0),
	('funnelcast.qualification.v1', 10, 0),
	('funnelcast.pipeline.v1', 0, 0),
	('funnelcast.pipeline.v1', 2, 0),
	('funnelcast.pipeline.v1', 3, 0),
	('funnelcast.pipeline.v1', 4, 0),
	('funnelcast.pipeline.v1', 6, 0),
	('funnelcast.pipeline.v1', 7, 0),
	('funnelcast.pipeline.v1', 8, 0),
	('funnelcast.pipeline.v1', 9, 0),
	('funnelcast.pipeline.v1', 10, 0),
	('funnelcast.forecast.v1', 0, 0),
	('funnelcast.forecast.v1', 2, 0),
	('funnelcast.forecast.v1', 3, 0),
	('funnelcast.forecast.v1', 4, 0),
	('funnelcast.forecast.v1', 5, 0),
	('funnelcast.forecast.v1', 6, 0),
	('funnelcast.forecast.v1', 7, 0),
	('funnelcast.forecast.v1', 8, 0),
	('funnelcast.forecast.v1', 9, 0),
	('funnelcast.forecast.v1', 10, 0),
	('funnelcast.forecast.v1', 11, 0),
	('funnelcast.forecast.v1', 1, 4),
	('funnelcast.lead-intake.v1', 0, 1),
	('funnelcast.lead-intake.v1', 11, 2),
	('funnelcast.lead-intake.v1', 2, 2),
	('funnelcast.lead-intake.v1', 5, 1),
	('funnelcast.qualification.v1', 5, 1),
	('funnelcast.qualification.v1', 4, 3),
	('funnelcast.pipeline.v1', 11, 4),
	('funnelcast.qualification.v1', 2, 8),
	('funnelcast.pipeline.v1', 5, 3),
	('funnelcast.qualification.v1', 0, 7),
	('funnelcast.pipeline.v1', 1, 4),
	('funnelcast.lead-intake.v1', 4, 2),
	('funnelcast.qualification.v1', 11, 9);


--
-- Data for Name: records; Type: TABLE DATA; Schema: log; Owner: -
--

INSERT INTO log.records VALUES
	('funnelcast.forecast.v1', 1, 0, 1, 'f3c190e5-9371-444b-8172-f2b6325f2daa', 'org-all', 1, 'org.node_placed', '{"kind": "unit", "name": {"ref": "abe32b36-5961-4b74-a599-e3a2976c5b48"}, "node": "company", "parent": null, "starts": null}', '2026-11-21 21:58:41.782379+00', '2026-11-21 21:58:41.775754+00', 'tester', '8f2006da-2183-4089-a5cf-d48a24f108e6', NULL),
	('funnelcast.forecast.v1', 1, 1, 2, 'a3d676ac-546e-4eca-a54c-6fcb4210fcb1', 'org-all', 2, 'org.node_placed', '{"kind": "unit", "name": {"ref": "9ff783a7-2506-454f-a0bb-5f953d77b646"}, "node": "north", "parent": "company", "starts": null}', '2026-11-21 21:58:41.854964+00', '2026-11-21 21:58:41.851928+00', 'tester', '9156da0f-08b0-47c4-ae05-ce7a77bac831', NULL),
	('funnelcast.forecast.v1', 1, 2, 3, '9617e951-5b31-48cd-87a3-3f83b3b15006', 'org-all', 3, 'org.node_placed', '{"kind": "person", "name": {"ref": "df5c71de-9a50-4600-bddc-3d01a61e7439"}, "node": "ann", "parent": "north", "starts": null}', '2026-11-21 21:58:41.88464+00', '2026-11-21 21:58:41.882598+00', 'tester', 'd514b5ce-fe28-461f-afb3-ca114abd96b9', NULL),
	('funnelcast.forecast.v1', 1, 3, 4, 'ad51c927-d9ed-4cf7-b719-08363b5e99f7', 'org-all', 4, 'org.node_placed', '{"kind": "person", "name": {"ref": "73975b4c-bee5-4311-a54d-aac60298c773"}, "node": "bob", "parent": "north", "starts": null}', '2026-11-21 21:58:41.916746+00', '2026-11-21 21:58:41.914513+00', 'tester', '9031eeb9-406e-4138-93f3-3d65aed1ebd2', NULL),
	('funnelcast.lead-intake.v1', 2, 0, 1, '51602fb4-4b76-4b05-9724-cf306cd4f2c5', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 1, 'lead.captured', '{"texts": null, "person": {"ref": "b3de0415-805e-412c-b22d-f8043cd79cc2"}, "source": "demo_request", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "size_band": "201-1000", "capture_id": "6c135194-5758-4c45-b31d-4f38fb61a989", "email_kind": "business", "engaged_at": "2026-11-21T21:58:41.946311Z", "role_class": "director", "external_id": "site:1", "received_at": "2026-11-21T21:58:41.960294Z", "source_detail": null}', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:41.950658+00', 'tester', '7836a4af-71cf-4c2e-b835-646510f88ffb', NULL),
	('funnelcast.lead-intake.v1', 11, 0, 2, '815b751c-16e5-4ab2-9352-123d3f6788db', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 1, 'lead.captured', '{"texts": null, "person": {"ref": "f7cfca0e-5d93-43ee-bd21-4f9add2ce259"}, "source": "demo_request", "company": {"name": null, "domain": "company2.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "size_band": "201-1000", "capture_id": "2062206f-6827-488e-ab42-4fdea4b4fd83", "email_kind": "business", "engaged_at": "2026-11-21T21:58:41.990836Z", "role_class": "director", "external_id": "site:2", "received_at": "2026-11-21T21:58:41.996341Z", "source_detail": null}', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:41.99266+00', 'tester', 'dbebf6ef-d04b-44e6-8e9a-3f674c86456e', NULL),
	('funnelcast.lead-intake.v1', 0, 0, 3, '06a9b433-7ab4-4414-8b5d-30c634178247', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 1, 'lead.captured', '{"texts": null, "person": {"ref": "fab27c21-63d6-47dc-81a9-970eeef97ee0"}, "source": "demo_request", "company": {"name": null, "domain": "company3.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "e7492247-449b-4a71-9502-32e623197539", "size_band": "201-1000", "capture_id": "1ce58b3a-a956-48d7-912e-588f061172b5", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.006077Z", "role_class": "director", "external_id": "site:3", "received_at": "2026-11-21T21:58:42.011287Z", "source_detail": null}', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.00808+00', 'tester', 'd21d6efe-7ea4-42a5-b4bf-13606c5824ef', NULL),
	('funnelcast.lead-intake.v1', 4, 0, 4, 'aebbee4e-6181-47aa-9066-5e60089ab7b6', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 1, 'lead.captured', '{"texts": null, "person": {"ref": "37f919d4-660e-41bd-ab78-a5fd1c9dfad3"}, "source": "demo_request", "company": {"name": null, "domain": "company4.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "size_band": "201-1000", "capture_id": "1bf944b3-925d-4138-bfc4-cc4ece7c3ee2", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.040347Z", "role_class": "director", "external_id": "site:4", "received_at": "2026-11-21T21:58:42.054018Z", "source_detail": null}', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.04923+00', 'tester', 'e1d79337-ba26-4392-a662-fd7de15277a2', NULL),
	('funnelcast.qualification.v1', 2, 0, 1, 'd6097612-8445-5d59-9e6e-e0e1a2e8eff3', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company1.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "capture_id": "6c135194-5758-4c45-b31d-4f38fb61a989", "engaged_at": "2026-11-21T21:58:41.946311Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:42.038932+00', 'tester', '7836a4af-71cf-4c2e-b835-646510f88ffb', '51602fb4-4b76-4b05-9724-cf306cd4f2c5'),
	('funnelcast.qualification.v1', 2, 1, 2, '2ee7b25d-2d91-5345-82c1-7a0c4e505d83', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "capture_id": "6c135194-5758-4c45-b31d-4f38fb61a989", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:42.038932+00', 'tester', '7836a4af-71cf-4c2e-b835-646510f88ffb', '51602fb4-4b76-4b05-9724-cf306cd4f2c5'),
	('funnelcast.lead-intake.v1', 11, 1, 5, '6c07e13f-2001-468c-a632-ab4e6448a2d5', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 1, 'lead.captured', '{"texts": null, "person": {"ref": "e5dfe55f-1c22-45f9-86a0-7ab592efb2be"}, "source": "demo_request", "company": {"name": null, "domain": "company5.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "size_band": "201-1000", "capture_id": "0e7a956a-f61f-43cd-881b-912a8d90a262", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.071779Z", "role_class": "director", "external_id": "site:5", "received_at": "2026-11-21T21:58:42.077575Z", "source_detail": null}', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.075286+00', 'tester', '866b11cb-4ced-49bb-92c9-13c7626fc053', NULL),
	('funnelcast.lead-intake.v1', 2, 1, 6, '51d854ca-8dce-4bd9-9847-8b2b8e60ef7e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 2, 'lead.engagement_added', '{"texts": {"ref": "1adb44a5-5f8b-4591-92c2-01ea23074ac0"}, "person": {"ref": "d0d1fa8c-4b03-41f1-80cd-4f9898469e3d"}, "source": "webinar", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": {"minutes": 30, "attended": true, "webinar_id": "basics"}, "campaign": null, "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "size_band": "201-1000", "capture_id": "05785537-a10b-40db-8331-763502642a1f", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.093718Z", "role_class": "director", "external_id": "site:again", "received_at": "2026-11-21T21:58:42.108604Z", "source_detail": null}', '2026-11-21 21:58:42.108604+00', '2026-11-21 21:58:42.101957+00', 'tester', '3893dd93-5af0-4075-b799-8c2442fb0f09', NULL),
	('funnelcast.lead-intake.v1', 5, 0, 7, '41806361-16bf-475f-88eb-e7e20896ec19', 'lead-bd92e101-0f5f-4098-ac24-00e3f6842373', 1, 'lead.captured', '{"texts": null, "person": {"ref": "8f86ce99-08e3-4dd2-9042-26cf395710ca"}, "source": "newsletter", "company": {"name": null, "domain": "company6.example.com", "country": null, "industry": null, "employees": 250}, "consent": {"at": "2026-11-21T21:58:42.135482Z", "status": "granted", "purpose": "newsletter", "text_version": null}, "details": {"list": "monthly", "double_opt_in": true}, "campaign": null, "person_id": "a94622cd-5a86-46ab-874b-448c01a9dd24", "size_band": "201-1000", "capture_id": "079951f1-1c52-4a37-a496-bc596d54418e", "email_kind": "business", "engaged_at": "2026-11-21T21:58:42.135482Z", "role_class": "director", "external_id": "site:6", "received_at": "2026-11-21T21:58:42.147378Z", "source_detail": null}', '2026-11-21 21:58:42.147378+00', '2026-11-21 21:58:42.142785+00', 'tester', '0e9f05a2-0d5f-4535-b245-1584190ed706', NULL),
	('funnelcast.qualification.v1', 2, 3, 13, '4ff41b99-ebf4-4d31-947b-9fb5bba5d548', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 4, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.284491+00', '2026-11-21 21:58:42.283223+00', 'tester', 'c5683942-2d60-4e12-a6fb-83a000c6687a', NULL),
	('funnelcast.qualification.v1', 0, 3, 20, 'e6fe7aee-f324-4a08-847e-ade458dc90eb', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "d2162cd6-4451-4822-8528-21322d8fa731"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "7bae0f95-46fa-44f9-ad0d-fbdc3301ed9f"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "0b7d1a05-67df-41d2-b0c5-4c055b30591d"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "cf3c72f8-3bbc-415b-8d33-c4f66c768696"}}}, "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "mql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.599639+00', '2026-11-21 21:58:42.597278+00', 'tester', '991fd1bf-2177-4252-a713-da4cb3dccfef', NULL),
	('funnelcast.qualification.v1', 0, 4, 21, '93a4e654-9080-4536-b9f7-4f2f38fa09e6', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "1e6df145-d1b6-4743-8408-ce617ab375d0"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "3000.00", "domain": "company3.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "source": "demo_request", "account": "company3.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "srl", "person_id": "e7492247-449b-4a71-9502-32e623197539", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "73b416a0-12c9-45de-a5c2-10de235cab2d", "policy_version": 1}', '2026-11-21 21:58:42.613979+00', '2026-11-21 21:58:42.613309+00', 'tester', '4b902dda-b66e-4d7f-bcf8-093ce5e93e1b', NULL),
	('funnelcast.pipeline.v1', 1, 0, 3, 'b0765afb-5de2-58b1-9b62-61603080e486', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', 1, 'opportunity.opened', '{"name": {"ref": "1e6df145-d1b6-4743-8408-ce617ab375d0"}, "owner": "ann", "stage": "unqualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company3.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["a6b561cd-1bda-4cab-a797-56e922cb7f49"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.613979+00', '2026-11-21 21:58:42.624326+00', 'tester', '4b902dda-b66e-4d7f-bcf8-093ce5e93e1b', '93a4e654-9080-4536-b9f7-4f2f38fa09e6'),
	('funnelcast.pipeline.v1', 1, 2, 10, 'be1770cf-c8ff-4de8-9225-7c83c09ad134', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "lost", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": "no_budget", "source": "demo_request", "account": "company3.example.com", "command": "recycle", "outcome": "recycled", "product": null, "approach": "hunting", "category": "omitted", "currency": "EUR", "lead_ids": ["a6b561cd-1bda-4cab-a797-56e922cb7f49"], "pipeline": "default", "to_stage": "lost", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "omitted", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.789357+00', '2026-11-21 21:58:42.787414+00', 'tester', '1f49d0dc-e82e-4496-bb4c-1623e5db038b', NULL),
	('funnelcast.lead-intake.v1', 4, 1, 8, '69396703-d1b1-422c-9670-16b40a7edc6d', 'person-8936c710-6b79-419e-bb57-23dcd3e482b3', 1, 'person.erased', '{"lead_ids": ["5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3"]}', '2026-11-21 21:58:42.855578+00', '2026-11-21 21:58:42.854249+00', 'tester', 'd840e125-800b-4329-afc5-9f0480cc42a3', NULL),
	('funnelcast.qualification.v1', 11, 8, 28, '9ecc3808-0c93-5523-ac4c-aa4edfcd59fd', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 3, 'lead.erased', '{"sdr": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": true, "mql_at": "2026-11-21T21:58:42.077575Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.077575Z", "lifecycle": "mql", "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.077575Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null, "opportunity_ids": []}', '2026-11-21 21:58:42.855578+00', '2026-11-21 21:58:42.878309+00', 'tester', 'd840e125-800b-4329-afc5-9f0480cc42a3', '69396703-d1b1-422c-9670-16b40a7edc6d'),
	('funnelcast.qualification.v1', 11, 0, 3, '97909812-8d44-5882-8cda-20d41e02113a', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company2.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company2.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "capture_id": "2062206f-6827-488e-ab42-4fdea4b4fd83", "engaged_at": "2026-11-21T21:58:41.990836Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:42.101116+00', 'tester', 'dbebf6ef-d04b-44e6-8e9a-3f674c86456e', '815b751c-16e5-4ab2-9352-123d3f6788db'),
	('funnelcast.qualification.v1', 11, 1, 4, '97961f06-8e73-540e-a4d4-c34a270f9a1a', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "mql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "capture_id": "2062206f-6827-488e-ab42-4fdea4b4fd83", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:42.101116+00', 'tester', 'dbebf6ef-d04b-44e6-8e9a-3f674c86456e', '815b751c-16e5-4ab2-9352-123d3f6788db'),
	('funnelcast.qualification.v1', 0, 0, 5, 'eef6513c-8271-5346-b739-83d2766ca076', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company3.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company3.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "e7492247-449b-4a71-9502-32e623197539", "capture_id": "1ce58b3a-a956-48d7-912e-588f061172b5", "engaged_at": "2026-11-21T21:58:42.006077Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.101116+00', 'tester', 'd21d6efe-7ea4-42a5-b4bf-13606c5824ef', '06a9b433-7ab4-4414-8b5d-30c634178247'),
	('funnelcast.qualification.v1', 0, 1, 6, 'b43633a4-3ae0-530d-b41a-a541699273e9', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "mql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "capture_id": "1ce58b3a-a956-48d7-912e-588f061172b5", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.101116+00', 'tester', 'd21d6efe-7ea4-42a5-b4bf-13606c5824ef', '06a9b433-7ab4-4414-8b5d-30c634178247'),
	('funnelcast.qualification.v1', 4, 0, 7, 'be3814f8-86ed-5147-822c-482d2b5f5df5', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company4.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company4.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "capture_id": "1bf944b3-925d-4138-bfc4-cc4ece7c3ee2", "engaged_at": "2026-11-21T21:58:42.040347Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.054018Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.101116+00', 'tester', 'e1d79337-ba26-4392-a662-fd7de15277a2', 'aebbee4e-6181-47aa-9066-5e60089ab7b6'),
	('funnelcast.qualification.v1', 4, 1, 8, '851cbf16-cb55-5d60-86c4-8d46eef79243', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.054018Z", "reason": null, "account": "company4.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.054018Z", "lifecycle": "mql", "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "capture_id": "1bf944b3-925d-4138-bfc4-cc4ece7c3ee2", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.054018Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.101116+00', 'tester', 'e1d79337-ba26-4392-a662-fd7de15277a2', 'aebbee4e-6181-47aa-9066-5e60089ab7b6'),
	('funnelcast.qualification.v1', 11, 2, 9, '1c2000c9-ecea-568e-8d60-033b6b595d18', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company5.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company5.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "capture_id": "0e7a956a-f61f-43cd-881b-912a8d90a262", "engaged_at": "2026-11-21T21:58:42.071779Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.077575Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.18336+00', 'tester', '866b11cb-4ced-49bb-92c9-13c7626fc053', '6c07e13f-2001-468c-a632-ab4e6448a2d5'),
	('funnelcast.qualification.v1', 11, 3, 10, 'c95dc45a-656c-56ed-9293-b0428a840924', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.077575Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.077575Z", "lifecycle": "mql", "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "capture_id": "0e7a956a-f61f-43cd-881b-912a8d90a262", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.077575Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.18336+00', 'tester', '866b11cb-4ced-49bb-92c9-13c7626fc053', '6c07e13f-2001-468c-a632-ab4e6448a2d5'),
	('funnelcast.qualification.v1', 2, 2, 11, '6727f1fb-e0aa-58db-b723-7dcf56c7a98e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 3, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "points": 20, "reason": null, "source": "webinar", "account": "company1.example.com", "details": {"attended": true, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "capture_id": "05785537-a10b-40db-8331-763502642a1f", "engaged_at": "2026-11-21T21:58:42.093718Z", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.108604+00', '2026-11-21 21:58:42.222289+00', 'tester', '3893dd93-5af0-4075-b799-8c2442fb0f09', '51d854ca-8dce-4bd9-9847-8b2b8e60ef7e'),
	('funnelcast.qualification.v1', 5, 0, 12, 'a25e37ed-f4f7-5f4e-b081-f4ea8b3e3c26', 'lead-bd92e101-0f5f-4098-ac24-00e3f6842373', 1, 'lead.engaged', '{"sdr": null, "above": false, "cycle": 0, "grade": "A", "score": "10", "domain": "company6.example.com", "erased": false, "mql_at": null, "points": 10, "reason": null, "source": "newsletter", "account": "company6.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": true}, "profile": {"role": "director", "domain": "company6.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "a94622cd-5a86-46ab-874b-448c01a9dd24", "capture_id": "079951f1-1c52-4a37-a496-bc596d54418e", "engaged_at": "2026-11-21T21:58:42.135482Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.147378Z", "external_id": "site:6", "lead_source": "newsletter", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.147378+00', '2026-11-21 21:58:42.222289+00', 'tester', '0e9f05a2-0d5f-4535-b245-1584190ed706', '41806361-16bf-475f-88eb-e7e20896ec19'),
	('funnelcast.pipeline.v1', 11, 0, 1, '9958879f-6a1c-5ba0-ae75-7db3510c7ce3', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 1, 'opportunity.opened', '{"name": {"ref": "cba15120-f5d1-4f75-a02d-98570d91bd5e"}, "owner": "bob", "stage": "unqualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company1.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.350168+00', '2026-11-21 21:58:42.383972+00', 'tester', '140bc441-b2eb-4aea-8e00-dc150f9148aa', '29836723-6371-4b6a-9381-2b1f38c2ce02'),
	('funnelcast.qualification.v1', 11, 4, 16, '306d5286-7e2c-4d10-9b20-df6f58f90a7c', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "mql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.460045+00', '2026-11-21 21:58:42.455492+00', 'tester', 'f486852f-0352-445f-8d19-729f9a07f8da', NULL),
	('funnelcast.qualification.v1', 11, 5, 17, '09173add-c74f-4cf4-b40b-742571e26191', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "050c3a1a-b7a0-4a72-beaf-a565d11fa203"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "8ba6f4f4-1e6e-4700-95b4-65ba9d0d252c"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "691b9eff-4388-4aa0-806e-93e17fb50294"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "0ad624d1-19d5-4725-98aa-9e190194e21c"}}}, "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "mql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.471147+00', '2026-11-21 21:58:42.4696+00', 'tester', '8c416860-63d1-4526-9354-8cef9a704b58', NULL),
	('funnelcast.qualification.v1', 11, 6, 18, '1f619170-01d7-4d1a-a6ea-b0af094ff630', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "186b9651-7eff-49b5-a78b-54fe991a18ec"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "2000.00", "domain": "company2.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "source": "demo_request", "account": "company2.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "srl", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "d8297632-f1cd-4211-9441-eb92c43c16f1", "policy_version": 1}', '2026-11-21 21:58:42.488614+00', '2026-11-21 21:58:42.487306+00', 'tester', 'fd6e55ba-a0eb-43f1-a369-e930d048d516', NULL),
	('funnelcast.pipeline.v1', 5, 0, 2, '834bba48-ac37-5c7e-945b-af13d7dd7252', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', 1, 'opportunity.opened', '{"name": {"ref": "186b9651-7eff-49b5-a78b-54fe991a18ec"}, "owner": "ann", "stage": "unqualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company2.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["6001ab27-d2eb-4229-8fb0-5fa2ff352aed"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.488614+00', '2026-11-21 21:58:42.512897+00', 'tester', 'fd6e55ba-a0eb-43f1-a369-e930d048d516', '1f619170-01d7-4d1a-a6ea-b0af094ff630'),
	('funnelcast.qualification.v1', 0, 2, 19, '1685be00-e8c6-4d3b-b89d-caf7d7c1452e', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "mql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.589223+00', '2026-11-21 21:58:42.588341+00', 'tester', '61edb99c-69cc-4965-bf26-0c0bc3fbe2f6', NULL),
	('funnelcast.qualification.v1', 2, 4, 14, '85c16cbe-4075-4f5b-9cc6-2097a59bbb70', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 5, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "6e37fa1e-ddb4-424a-ab1c-20cd7326f293"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "216bd4b0-42d7-4080-8dde-a95a53d01c84"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "e3430863-36a5-41fa-b60d-481f66ab6ae3"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "a9a3d766-ebf3-4fce-8f10-f5f6185734f8"}}}, "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.305014+00', '2026-11-21 21:58:42.303257+00', 'tester', '9b0b8249-40df-437e-beb5-59d23a498546', NULL),
	('funnelcast.pipeline.v1', 5, 1, 5, 'ee1369d6-cec0-48d8-8bec-7672704cf12f', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["6001ab27-d2eb-4229-8fb0-5fa2ff352aed"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.684645+00', 'tester', 'eb5ee92e-223d-4ab5-9c28-786e28ddaf17', NULL),
	('funnelcast.pipeline.v1', 1, 1, 6, '87b18960-a399-4680-9e26-7ff227a7780b', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company3.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["a6b561cd-1bda-4cab-a797-56e922cb7f49"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.702117+00', 'tester', '664d511b-1b37-4940-9a6e-e62b9e1b1431', NULL),
	('funnelcast.qualification.v1', 0, 6, 27, '40a8f4fe-d406-5402-aa56-9584bf4419d5', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 7, 'lead.nurtured', '{"sdr": "sam", "note": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": "no_budget", "account": "company3.example.com", "because": "recycled", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "nurture", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "revisit_on": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.789357+00', '2026-11-21 21:58:42.817595+00', 'tester', '1f49d0dc-e82e-4496-bb4c-1623e5db038b', 'be1770cf-c8ff-4de8-9225-7c83c09ad134'),
	('funnelcast.qualification.v1', 2, 5, 15, '29836723-6371-4b6a-9381-2b1f38c2ce02', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 6, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "cba15120-f5d1-4f75-a02d-98570d91bd5e"}, "cycle": 1, "grade": "A", "owner": "bob", "score": "70", "amount": "1000.00", "domain": "company1.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "source": "demo_request", "account": "company1.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "srl", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "4eb96a51-54f8-4813-914e-0b0230f58606", "policy_version": 1}', '2026-11-21 21:58:42.350168+00', '2026-11-21 21:58:42.348951+00', 'tester', '140bc441-b2eb-4aea-8e00-dc150f9148aa', NULL),
	('funnelcast.pipeline.v1', 11, 1, 4, 'f72b3ad1-2320-4ca1-b9a7-e226e743a5a9', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 2, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "qualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.671527+00', 'tester', 'e5900966-9a53-4a90-adf1-598210b57b74', NULL),
	('funnelcast.qualification.v1', 2, 7, 26, '585b34ef-dc55-5423-86f7-6eaef022f9ee', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 8, 'lead.customer', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "customer", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "4eb96a51-54f8-4813-914e-0b0230f58606"}', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.764095+00', 'tester', '625bd6f3-4512-4748-a5b9-64125fc1cb4c', '34434f83-f2d8-40e4-8467-0a4a27ec2aae'),
	('funnelcast.pipeline.v1', 1, 3, 11, 'd37b9cae-8016-4f24-bce3-ecdc70b590dc', 'opportunity-1992c360-40c1-488d-bff8-69328ccb83f1', 1, 'opportunity.opened', '{"name": {"ref": "1f3fd79b-7b17-46db-b482-3721af3099be"}, "owner": "ann", "stage": "unqualified", "amount": "500.50", "motion": "existing_business", "origin": "direct", "source": "sales", "account": "initech.example.com", "outcome": null, "product": null, "approach": "farming", "category": "pipeline", "currency": "EUR", "lead_ids": [], "pipeline": "default", "qualified": false, "close_date": "2026-11-30", "mql_source": null, "external_id": "crm:1", "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.809832+00', '2026-11-21 21:58:42.803999+00', 'tester', '595c84bc-5943-46a4-8682-8409443c9d3a', NULL),
	('funnelcast.qualification.v1', 4, 2, 22, '3c8018d1-bdc8-4d1f-830f-a1ee9d119b2f', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 3, 'lead.nurtured', '{"sdr": null, "note": {"ref": "5fd33443-d138-4efd-bed9-51e61971412c"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.054018Z", "reason": "bad_timing", "account": "company4.example.com", "because": "nurtured", "refused": null, "touch_by": "2026-11-21T22:58:42.054018Z", "lifecycle": "nurture", "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "mql_source": "demo_request", "revisit_on": "2027-03-01", "touched_at": null, "captured_at": "2026-11-21T21:58:42.054018Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": "2027-03-01", "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.66278+00', '2026-11-21 21:58:42.661503+00', 'tester', '8258a822-ef8b-445c-b6f2-ff796a170b59', NULL),
	('funnelcast.qualification.v1', 2, 6, 23, 'f0e807ad-b53d-5a82-bc76-ce443747cbcc', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 7, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "sql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "4eb96a51-54f8-4813-914e-0b0230f58606"}', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.709565+00', 'tester', 'e5900966-9a53-4a90-adf1-598210b57b74', 'f72b3ad1-2320-4ca1-b9a7-e226e743a5a9'),
	('funnelcast.pipeline.v1', 11, 2, 7, '47fd28cc-9f06-444b-8089-f84a996efedb', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 3, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "negotiation", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "commit", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "to_stage": "negotiation", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "commit", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.721556+00', '2026-11-21 21:58:42.719031+00', 'tester', '7314ddf1-0ab8-43fc-a34e-d4196007f455', NULL),
	('funnelcast.pipeline.v1', 11, 3, 8, '34434f83-f2d8-40e4-8467-0a4a27ec2aae', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 4, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "won", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "win", "outcome": "won", "product": null, "approach": "hunting", "category": "closed", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "to_stage": "won", "qualified": true, "close_date": "2026-11-20", "from_stage": "negotiation", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "closed", "stage_mapped": true, "from_category": "commit", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.731337+00', 'tester', '625bd6f3-4512-4748-a5b9-64125fc1cb4c', NULL),
	('funnelcast.qualification.v1', 11, 7, 24, 'c632cdfc-ece8-586c-bc3d-3a89fdd5ee5f', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "sql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "d8297632-f1cd-4211-9441-eb92c43c16f1"}', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.737074+00', 'tester', 'eb5ee92e-223d-4ab5-9c28-786e28ddaf17', 'ee1369d6-cec0-48d8-8bec-7672704cf12f'),
	('funnelcast.qualification.v1', 0, 5, 25, 'ed45b68f-4acf-5d6c-bd70-eddb9ea36d44', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "sql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "73b416a0-12c9-45de-a5c2-10de235cab2d"}', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.737074+00', 'tester', '664d511b-1b37-4940-9a6e-e62b9e1b1431', '87b18960-a399-4680-9e26-7ff227a7780b'),
	('funnelcast.pipeline.v1', 5, 2, 9, 'b7f2431a-1cdf-4c3c-936c-879ce526d093', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "proposal", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "upside", "currency": "EUR", "lead_ids": ["6001ab27-d2eb-4229-8fb0-5fa2ff352aed"], "pipeline": "default", "to_stage": "proposal", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "upside", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.749805+00', '2026-11-21 21:58:42.746299+00', 'tester', '81fbe2d1-7f8c-4ff8-96eb-eec7a69f9dc7', NULL);


--
-- Data for Name: topics; Type: TABLE DATA; Schema: log; Owner: -
--

INSERT INTO log.topics VALUES
	('funnelcast.lead-intake.v1', 12),
	('funnelcast.qualification.v1', 12),
	('funnelcast.pipeline.v1', 12),
	('funnelcast.forecast.v1', 12);


--
-- Data for Name: watermarks; Type: TABLE DATA; Schema: log; Owner: -
--

INSERT INTO log.watermarks VALUES
	('intake', 8, '2026-11-21 21:58:45.670979+00'),
	('pipeline', 11, '2026-11-21 21:58:45.684208+00'),
	('qualification', 28, '2026-11-21 21:58:45.684055+00'),
	('forecast', 4, '2026-11-21 21:58:45.823225+00');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.alembic_version VALUES
	('0001');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.aliases VALUES
	('opportunity:bb9131a8864d9ece397e07837dccbb693692b13baa1da0eeb316e6b5b4fb1e45', 'opportunity-1992c360-40c1-488d-bff8-69328ccb83f1', 'opportunity-1992c360-40c1-488d-bff8-69328ccb83f1', '8aec1e45b1da6c63ae3dce62ec9cc41bea7f5636fc39a5c07fc20029d63f6b30');


--
-- Data for Name: answers; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: checkpoints; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.checkpoints VALUES
	('pipeline_read_86b2ac04', 'pipeline', 11, '{}'),
	('reactions', 'qualification', 28, '{"0": 7, "1": 0, "2": 8, "3": 0, "4": 3, "5": 1, "6": 0, "7": 0, "8": 0, "9": 0, "10": 0, "11": 9}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: events; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.events VALUES
	(1, '9958879f-6a1c-5ba0-ae75-7db3510c7ce3', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 1, 'opportunity.opened', '{"name": {"ref": "cba15120-f5d1-4f75-a02d-98570d91bd5e"}, "owner": "bob", "stage": "unqualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company1.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.350168+00', '2026-11-21 21:58:42.383972+00', 'tester', '140bc441-b2eb-4aea-8e00-dc150f9148aa', '29836723-6371-4b6a-9381-2b1f38c2ce02'),
	(2, '834bba48-ac37-5c7e-945b-af13d7dd7252', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', 1, 'opportunity.opened', '{"name": {"ref": "186b9651-7eff-49b5-a78b-54fe991a18ec"}, "owner": "ann", "stage": "unqualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company2.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["6001ab27-d2eb-4229-8fb0-5fa2ff352aed"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.488614+00', '2026-11-21 21:58:42.512897+00', 'tester', 'fd6e55ba-a0eb-43f1-a369-e930d048d516', '1f619170-01d7-4d1a-a6ea-b0af094ff630'),
	(3, 'b0765afb-5de2-58b1-9b62-61603080e486', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', 1, 'opportunity.opened', '{"name": {"ref": "1e6df145-d1b6-4743-8408-ce617ab375d0"}, "owner": "ann", "stage": "unqualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company3.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["a6b561cd-1bda-4cab-a797-56e922cb7f49"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.613979+00', '2026-11-21 21:58:42.624326+00', 'tester', '4b902dda-b66e-4d7f-bcf8-093ce5e93e1b', '93a4e654-9080-4536-b9f7-4f2f38fa09e6'),
	(4, 'f72b3ad1-2320-4ca1-b9a7-e226e743a5a9', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 2, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "qualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.671527+00', 'tester', 'e5900966-9a53-4a90-adf1-598210b57b74', NULL),
	(5, 'ee1369d6-cec0-48d8-8bec-7672704cf12f', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["6001ab27-d2eb-4229-8fb0-5fa2ff352aed"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.684645+00', 'tester', 'eb5ee92e-223d-4ab5-9c28-786e28ddaf17', NULL),
	(6, '87b18960-a399-4680-9e26-7ff227a7780b', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company3.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["a6b561cd-1bda-4cab-a797-56e922cb7f49"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.702117+00', 'tester', '664d511b-1b37-4940-9a6e-e62b9e1b1431', NULL),
	(7, '47fd28cc-9f06-444b-8089-f84a996efedb', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 3, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "negotiation", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "commit", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "to_stage": "negotiation", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "commit", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.721556+00', '2026-11-21 21:58:42.719031+00', 'tester', '7314ddf1-0ab8-43fc-a34e-d4196007f455', NULL),
	(8, '34434f83-f2d8-40e4-8467-0a4a27ec2aae', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', 4, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "won", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "win", "outcome": "won", "product": null, "approach": "hunting", "category": "closed", "currency": "EUR", "lead_ids": ["e291d7a3-9b3f-4449-8fe4-444a071ffa73"], "pipeline": "default", "to_stage": "won", "qualified": true, "close_date": "2026-11-20", "from_stage": "negotiation", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "closed", "stage_mapped": true, "from_category": "commit", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.731337+00', 'tester', '625bd6f3-4512-4748-a5b9-64125fc1cb4c', NULL),
	(9, 'b7f2431a-1cdf-4c3c-936c-879ce526d093', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "proposal", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "upside", "currency": "EUR", "lead_ids": ["6001ab27-d2eb-4229-8fb0-5fa2ff352aed"], "pipeline": "default", "to_stage": "proposal", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "upside", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.749805+00', '2026-11-21 21:58:42.746299+00', 'tester', '81fbe2d1-7f8c-4ff8-96eb-eec7a69f9dc7', NULL),
	(10, 'be1770cf-c8ff-4de8-9225-7c83c09ad134', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "lost", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": "no_budget", "source": "demo_request", "account": "company3.example.com", "command": "recycle", "outcome": "recycled", "product": null, "approach": "hunting", "category": "omitted", "currency": "EUR", "lead_ids": ["a6b561cd-1bda-4cab-a797-56e922cb7f49"], "pipeline": "default", "to_stage": "lost", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "omitted", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-21 21:58:42.789357+00', '2026-11-21 21:58:42.787414+00', 'tester', '1f49d0dc-e82e-4496-bb4c-1623e5db038b', NULL),
	(11, 'd37b9cae-8016-4f24-bce3-ecdc70b590dc', 'opportunity-1992c360-40c1-488d-bff8-69328ccb83f1', 1, 'opportunity.opened', '{"name": {"ref": "1f3fd79b-7b17-46db-b482-3721af3099be"}, "owner": "ann", "stage": "unqualified", "amount": "500.50", "motion": "existing_business", "origin": "direct", "source": "sales", "account": "initech.example.com", "outcome": null, "product": null, "approach": "farming", "category": "pipeline", "currency": "EUR", "lead_ids": [], "pipeline": "default", "qualified": false, "close_date": "2026-11-30", "mql_source": null, "external_id": "crm:1", "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-21 21:58:42.809832+00', '2026-11-21 21:58:42.803999+00', 'tester', '595c84bc-5943-46a4-8682-8409443c9d3a', NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.published VALUES
	(true, 11, '2026-11-21 21:58:45.684208+00');


--
-- Data for Name: vault; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.vault VALUES
	('cba15120-f5d1-4f75-a02d-98570d91bd5e', 'opportunity-4eb96a51-54f8-4813-914e-0b0230f58606', '"Seats 0"'),
	('186b9651-7eff-49b5-a78b-54fe991a18ec', 'opportunity-d8297632-f1cd-4211-9441-eb92c43c16f1', '"Seats 1"'),
	('1e6df145-d1b6-4743-8408-ce617ab375d0', 'opportunity-73b416a0-12c9-45de-a5c2-10de235cab2d', '"Seats 2"'),
	('1f3fd79b-7b17-46db-b482-3721af3099be', 'opportunity-1992c360-40c1-488d-bff8-69328ccb83f1', '"More"');


--
-- Data for Name: opportunities; Type: TABLE DATA; Schema: pipeline_read_86b2ac04; Owner: -
--

INSERT INTO pipeline_read_86b2ac04.opportunities VALUES
	('4eb96a51-54f8-4813-914e-0b0230f58606', 'cba15120-f5d1-4f75-a02d-98570d91bd5e', NULL, 'company1.example.com', 'bob', 'new_business', 'hunting', 'default', 'won', 'closed', 1000.0000, 'EUR', false, '2026-11-20', true, 'won', '{e291d7a3-9b3f-4449-8fe4-444a071ffa73}', 'demo_request', 4),
	('d8297632-f1cd-4211-9441-eb92c43c16f1', '186b9651-7eff-49b5-a78b-54fe991a18ec', NULL, 'company2.example.com', 'ann', 'new_business', 'hunting', 'default', 'proposal', 'upside', 2000.0000, 'EUR', false, '2026-12-15', true, NULL, '{6001ab27-d2eb-4229-8fb0-5fa2ff352aed}', 'demo_request', 3),
	('73b416a0-12c9-45de-a5c2-10de235cab2d', '1e6df145-d1b6-4743-8408-ce617ab375d0', NULL, 'company3.example.com', 'ann', 'new_business', 'hunting', 'default', 'lost', 'omitted', 3000.0000, 'EUR', false, '2026-12-15', true, 'recycled', '{a6b561cd-1bda-4cab-a797-56e922cb7f49}', 'demo_request', 3),
	('1992c360-40c1-488d-bff8-69328ccb83f1', '1f3fd79b-7b17-46db-b482-3721af3099be', 'crm:1', 'initech.example.com', 'ann', 'existing_business', 'farming', 'default', 'unqualified', 'pipeline', 500.5000, 'EUR', false, '2026-11-30', false, NULL, '{}', 'sales', 1);


--
-- Data for Name: stage_visits; Type: TABLE DATA; Schema: pipeline_read_86b2ac04; Owner: -
--

INSERT INTO pipeline_read_86b2ac04.stage_visits VALUES
	('4eb96a51-54f8-4813-914e-0b0230f58606', 1, 'unqualified', NULL, '2026-11-21 21:58:42.350168+00', '2026-11-21 21:58:42.673525+00', 1000.0000, 'EUR', 'pipeline', 'tester'),
	('d8297632-f1cd-4211-9441-eb92c43c16f1', 1, 'unqualified', NULL, '2026-11-21 21:58:42.488614+00', '2026-11-21 21:58:42.689009+00', 2000.0000, 'EUR', 'pipeline', 'tester'),
	('73b416a0-12c9-45de-a5c2-10de235cab2d', 1, 'unqualified', NULL, '2026-11-21 21:58:42.613979+00', '2026-11-21 21:58:42.704727+00', 3000.0000, 'EUR', 'pipeline', 'tester'),
	('4eb96a51-54f8-4813-914e-0b0230f58606', 2, 'qualified', 'unqualified', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.721556+00', 1000.0000, 'EUR', 'pipeline', 'tester'),
	('4eb96a51-54f8-4813-914e-0b0230f58606', 3, 'negotiation', 'qualified', '2026-11-21 21:58:42.721556+00', '2026-11-21 21:58:42.733016+00', 1000.0000, 'EUR', 'commit', 'tester'),
	('4eb96a51-54f8-4813-914e-0b0230f58606', 4, 'won', 'negotiation', '2026-11-21 21:58:42.733016+00', NULL, 1000.0000, 'EUR', 'closed', 'tester'),
	('d8297632-f1cd-4211-9441-eb92c43c16f1', 2, 'qualified', 'unqualified', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.749805+00', 2000.0000, 'EUR', 'pipeline', 'tester'),
	('d8297632-f1cd-4211-9441-eb92c43c16f1', 3, 'proposal', 'qualified', '2026-11-21 21:58:42.749805+00', NULL, 2000.0000, 'EUR', 'upside', 'tester'),
	('73b416a0-12c9-45de-a5c2-10de235cab2d', 2, 'qualified', 'unqualified', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.789357+00', 3000.0000, 'EUR', 'pipeline', 'tester'),
	('73b416a0-12c9-45de-a5c2-10de235cab2d', 3, 'lost', 'qualified', '2026-11-21 21:58:42.789357+00', NULL, 3000.0000, 'EUR', 'omitted', 'tester'),
	('1992c360-40c1-488d-bff8-69328ccb83f1', 1, 'unqualified', NULL, '2026-11-21 21:58:42.809832+00', NULL, 500.5000, 'EUR', 'pipeline', 'tester');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.alembic_version VALUES
	('0001');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: qualification; Owner: -
--



--
-- Data for Name: answers; Type: TABLE DATA; Schema: qualification; Owner: -
--



--
-- Data for Name: checkpoints; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.checkpoints VALUES
	('qualification_read_07a66704', 'pipeline', 11, '{"0": 0, "1": 4, "2": 0, "3": 0, "4": 0, "5": 3, "6": 0, "7": 0, "8": 0, "9": 0, "10": 0, "11": 4}'),
	('reactions', 'pipeline', 11, '{"0": 0, "1": 4, "2": 0, "3": 0, "4": 0, "5": 3, "6": 0, "7": 0, "8": 0, "9": 0, "10": 0, "11": 4}'),
	('reactions', 'intake', 8, '{"0": 1, "1": 0, "2": 2, "3": 0, "4": 2, "5": 1, "6": 0, "7": 0, "8": 0, "9": 0, "10": 0, "11": 2}'),
	('qualification_read_07a66704', 'qualification', 28, '{}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.erased VALUES
	('lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', '2026-11-21 21:58:42.880674+00');


--
-- Data for Name: events; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.events VALUES
	(1, 'd6097612-8445-5d59-9e6e-e0e1a2e8eff3', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company1.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "capture_id": "6c135194-5758-4c45-b31d-4f38fb61a989", "engaged_at": "2026-11-21T21:58:41.946311Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:42.038932+00', 'tester', '7836a4af-71cf-4c2e-b835-646510f88ffb', '51602fb4-4b76-4b05-9724-cf306cd4f2c5'),
	(2, '2ee7b25d-2d91-5345-82c1-7a0c4e505d83', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "capture_id": "6c135194-5758-4c45-b31d-4f38fb61a989", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.960294+00', '2026-11-21 21:58:42.038932+00', 'tester', '7836a4af-71cf-4c2e-b835-646510f88ffb', '51602fb4-4b76-4b05-9724-cf306cd4f2c5'),
	(3, '97909812-8d44-5882-8cda-20d41e02113a', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company2.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company2.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "capture_id": "2062206f-6827-488e-ab42-4fdea4b4fd83", "engaged_at": "2026-11-21T21:58:41.990836Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:42.101116+00', 'tester', 'dbebf6ef-d04b-44e6-8e9a-3f674c86456e', '815b751c-16e5-4ab2-9352-123d3f6788db'),
	(4, '97961f06-8e73-540e-a4d4-c34a270f9a1a', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "mql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "capture_id": "2062206f-6827-488e-ab42-4fdea4b4fd83", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:41.996341+00', '2026-11-21 21:58:42.101116+00', 'tester', 'dbebf6ef-d04b-44e6-8e9a-3f674c86456e', '815b751c-16e5-4ab2-9352-123d3f6788db'),
	(5, 'eef6513c-8271-5346-b739-83d2766ca076', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company3.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company3.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "e7492247-449b-4a71-9502-32e623197539", "capture_id": "1ce58b3a-a956-48d7-912e-588f061172b5", "engaged_at": "2026-11-21T21:58:42.006077Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.101116+00', 'tester', 'd21d6efe-7ea4-42a5-b4bf-13606c5824ef', '06a9b433-7ab4-4414-8b5d-30c634178247'),
	(6, 'b43633a4-3ae0-530d-b41a-a541699273e9', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "mql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "capture_id": "1ce58b3a-a956-48d7-912e-588f061172b5", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.011287+00', '2026-11-21 21:58:42.101116+00', 'tester', 'd21d6efe-7ea4-42a5-b4bf-13606c5824ef', '06a9b433-7ab4-4414-8b5d-30c634178247'),
	(7, 'be3814f8-86ed-5147-822c-482d2b5f5df5', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company4.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company4.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "capture_id": "1bf944b3-925d-4138-bfc4-cc4ece7c3ee2", "engaged_at": "2026-11-21T21:58:42.040347Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.054018Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.101116+00', 'tester', 'e1d79337-ba26-4392-a662-fd7de15277a2', 'aebbee4e-6181-47aa-9066-5e60089ab7b6'),
	(8, '851cbf16-cb55-5d60-86c4-8d46eef79243', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.054018Z", "reason": null, "account": "company4.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.054018Z", "lifecycle": "mql", "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "capture_id": "1bf944b3-925d-4138-bfc4-cc4ece7c3ee2", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.054018Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.054018+00', '2026-11-21 21:58:42.101116+00', 'tester', 'e1d79337-ba26-4392-a662-fd7de15277a2', 'aebbee4e-6181-47aa-9066-5e60089ab7b6'),
	(9, '1c2000c9-ecea-568e-8d60-033b6b595d18', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company5.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company5.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "capture_id": "0e7a956a-f61f-43cd-881b-912a8d90a262", "engaged_at": "2026-11-21T21:58:42.071779Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.077575Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.18336+00', 'tester', '866b11cb-4ced-49bb-92c9-13c7626fc053', '6c07e13f-2001-468c-a632-ab4e6448a2d5'),
	(10, 'c95dc45a-656c-56ed-9293-b0428a840924', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.077575Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.077575Z", "lifecycle": "mql", "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "capture_id": "0e7a956a-f61f-43cd-881b-912a8d90a262", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.077575Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.077575+00', '2026-11-21 21:58:42.18336+00', 'tester', '866b11cb-4ced-49bb-92c9-13c7626fc053', '6c07e13f-2001-468c-a632-ab4e6448a2d5'),
	(18, '1f619170-01d7-4d1a-a6ea-b0af094ff630', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "186b9651-7eff-49b5-a78b-54fe991a18ec"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "2000.00", "domain": "company2.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "source": "demo_request", "account": "company2.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "srl", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "d8297632-f1cd-4211-9441-eb92c43c16f1", "policy_version": 1}', '2026-11-21 21:58:42.488614+00', '2026-11-21 21:58:42.487306+00', 'tester', 'fd6e55ba-a0eb-43f1-a369-e930d048d516', NULL),
	(24, 'c632cdfc-ece8-586c-bc3d-3a89fdd5ee5f', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "sql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "d8297632-f1cd-4211-9441-eb92c43c16f1"}', '2026-11-21 21:58:42.689009+00', '2026-11-21 21:58:42.737074+00', 'tester', 'eb5ee92e-223d-4ab5-9c28-786e28ddaf17', 'ee1369d6-cec0-48d8-8bec-7672704cf12f'),
	(25, 'ed45b68f-4acf-5d6c-bd70-eddb9ea36d44', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "sql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "73b416a0-12c9-45de-a5c2-10de235cab2d"}', '2026-11-21 21:58:42.704727+00', '2026-11-21 21:58:42.737074+00', 'tester', '664d511b-1b37-4940-9a6e-e62b9e1b1431', '87b18960-a399-4680-9e26-7ff227a7780b'),
	(27, '40a8f4fe-d406-5402-aa56-9584bf4419d5', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 7, 'lead.nurtured', '{"sdr": "sam", "note": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": "no_budget", "account": "company3.example.com", "because": "recycled", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "nurture", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "revisit_on": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.789357+00', '2026-11-21 21:58:42.817595+00', 'tester', '1f49d0dc-e82e-4496-bb4c-1623e5db038b', 'be1770cf-c8ff-4de8-9225-7c83c09ad134'),
	(28, '9ecc3808-0c93-5523-ac4c-aa4edfcd59fd', 'lead-5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', 3, 'lead.erased', '{"sdr": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": true, "mql_at": "2026-11-21T21:58:42.077575Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.077575Z", "lifecycle": "mql", "person_id": "8936c710-6b79-419e-bb57-23dcd3e482b3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.077575Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null, "opportunity_ids": []}', '2026-11-21 21:58:42.855578+00', '2026-11-21 21:58:42.878309+00', 'tester', 'd840e125-800b-4329-afc5-9f0480cc42a3', '69396703-d1b1-422c-9670-16b40a7edc6d'),
	(11, '6727f1fb-e0aa-58db-b723-7dcf56c7a98e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 3, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "points": 20, "reason": null, "source": "webinar", "account": "company1.example.com", "details": {"attended": true, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "capture_id": "05785537-a10b-40db-8331-763502642a1f", "engaged_at": "2026-11-21T21:58:42.093718Z", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.108604+00', '2026-11-21 21:58:42.222289+00', 'tester', '3893dd93-5af0-4075-b799-8c2442fb0f09', '51d854ca-8dce-4bd9-9847-8b2b8e60ef7e'),
	(12, 'a25e37ed-f4f7-5f4e-b081-f4ea8b3e3c26', 'lead-bd92e101-0f5f-4098-ac24-00e3f6842373', 1, 'lead.engaged', '{"sdr": null, "above": false, "cycle": 0, "grade": "A", "score": "10", "domain": "company6.example.com", "erased": false, "mql_at": null, "points": 10, "reason": null, "source": "newsletter", "account": "company6.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": true}, "profile": {"role": "director", "domain": "company6.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "a94622cd-5a86-46ab-874b-448c01a9dd24", "capture_id": "079951f1-1c52-4a37-a496-bc596d54418e", "engaged_at": "2026-11-21T21:58:42.135482Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-21T21:58:42.147378Z", "external_id": "site:6", "lead_source": "newsletter", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.147378+00', '2026-11-21 21:58:42.222289+00', 'tester', '0e9f05a2-0d5f-4535-b245-1584190ed706', '41806361-16bf-475f-88eb-e7e20896ec19'),
	(13, '4ff41b99-ebf4-4d31-947b-9fb5bba5d548', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 4, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.284491+00', '2026-11-21 21:58:42.283223+00', 'tester', 'c5683942-2d60-4e12-a6fb-83a000c6687a', NULL),
	(14, '85c16cbe-4075-4f5b-9cc6-2097a59bbb70', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 5, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "6e37fa1e-ddb4-424a-ab1c-20cd7326f293"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "216bd4b0-42d7-4080-8dde-a95a53d01c84"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "e3430863-36a5-41fa-b60d-481f66ab6ae3"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "a9a3d766-ebf3-4fce-8f10-f5f6185734f8"}}}, "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "mql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.305014+00', '2026-11-21 21:58:42.303257+00', 'tester', '9b0b8249-40df-437e-beb5-59d23a498546', NULL),
	(15, '29836723-6371-4b6a-9381-2b1f38c2ce02', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 6, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "cba15120-f5d1-4f75-a02d-98570d91bd5e"}, "cycle": 1, "grade": "A", "owner": "bob", "score": "70", "amount": "1000.00", "domain": "company1.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "source": "demo_request", "account": "company1.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "srl", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "4eb96a51-54f8-4813-914e-0b0230f58606", "policy_version": 1}', '2026-11-21 21:58:42.350168+00', '2026-11-21 21:58:42.348951+00', 'tester', '140bc441-b2eb-4aea-8e00-dc150f9148aa', NULL),
	(16, '306d5286-7e2c-4d10-9b20-df6f58f90a7c', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "mql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.460045+00', '2026-11-21 21:58:42.455492+00', 'tester', 'f486852f-0352-445f-8d19-729f9a07f8da', NULL),
	(17, '09173add-c74f-4cf4-b40b-742571e26191', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.996341Z", "reason": null, "account": "company2.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "050c3a1a-b7a0-4a72-beaf-a565d11fa203"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "8ba6f4f4-1e6e-4700-95b4-65ba9d0d252c"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "691b9eff-4388-4aa0-806e-93e17fb50294"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "0ad624d1-19d5-4725-98aa-9e190194e21c"}}}, "refused": null, "touch_by": "2026-11-21T22:58:41.996341Z", "lifecycle": "mql", "person_id": "218edcdf-2596-4586-a873-8d80549cc9ce", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.996341Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.471147+00', '2026-11-21 21:58:42.4696+00', 'tester', '8c416860-63d1-4526-9354-8cef9a704b58', NULL),
	(19, '1685be00-e8c6-4d3b-b89d-caf7d7c1452e', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "mql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.589223+00', '2026-11-21 21:58:42.588341+00', 'tester', '61edb99c-69cc-4965-bf26-0c0bc3fbe2f6', NULL),
	(20, 'e6fe7aee-f324-4a08-847e-ade458dc90eb', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "account": "company3.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "d2162cd6-4451-4822-8528-21322d8fa731"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "7bae0f95-46fa-44f9-ad0d-fbdc3301ed9f"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "0b7d1a05-67df-41d2-b0c5-4c055b30591d"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "cf3c72f8-3bbc-415b-8d33-c4f66c768696"}}}, "refused": null, "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "mql", "person_id": "e7492247-449b-4a71-9502-32e623197539", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.599639+00', '2026-11-21 21:58:42.597278+00', 'tester', '991fd1bf-2177-4252-a713-da4cb3dccfef', NULL),
	(21, '93a4e654-9080-4536-b9f7-4f2f38fa09e6', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "1e6df145-d1b6-4743-8408-ce617ab375d0"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "3000.00", "domain": "company3.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-21T21:58:42.011287Z", "reason": null, "source": "demo_request", "account": "company3.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-21T22:58:42.011287Z", "lifecycle": "srl", "person_id": "e7492247-449b-4a71-9502-32e623197539", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:42.011287Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "73b416a0-12c9-45de-a5c2-10de235cab2d", "policy_version": 1}', '2026-11-21 21:58:42.613979+00', '2026-11-21 21:58:42.613309+00', 'tester', '4b902dda-b66e-4d7f-bcf8-093ce5e93e1b', NULL),
	(22, '3c8018d1-bdc8-4d1f-830f-a1ee9d119b2f', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', 3, 'lead.nurtured', '{"sdr": null, "note": {"ref": "5fd33443-d138-4efd-bed9-51e61971412c"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-21T21:58:42.054018Z", "reason": "bad_timing", "account": "company4.example.com", "because": "nurtured", "refused": null, "touch_by": "2026-11-21T22:58:42.054018Z", "lifecycle": "nurture", "person_id": "9bda7a58-150b-43d9-b23f-eb020ee46885", "mql_source": "demo_request", "revisit_on": "2027-03-01", "touched_at": null, "captured_at": "2026-11-21T21:58:42.054018Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": "2027-03-01", "model_version": 1, "opportunity_id": null}', '2026-11-21 21:58:42.66278+00', '2026-11-21 21:58:42.661503+00', 'tester', '8258a822-ef8b-445c-b6f2-ff796a170b59', NULL),
	(23, 'f0e807ad-b53d-5a82-bc76-ce443747cbcc', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 7, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "sql", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "4eb96a51-54f8-4813-914e-0b0230f58606"}', '2026-11-21 21:58:42.673525+00', '2026-11-21 21:58:42.709565+00', 'tester', 'e5900966-9a53-4a90-adf1-598210b57b74', 'f72b3ad1-2320-4ca1-b9a7-e226e743a5a9'),
	(26, '585b34ef-dc55-5423-86f7-6eaef022f9ee', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', 8, 'lead.customer', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-21T21:58:41.960294Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-21T22:58:41.960294Z", "lifecycle": "customer", "person_id": "c3a14204-f408-41f5-83c3-2ee195b0bc46", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-21T21:58:41.960294Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "4eb96a51-54f8-4813-914e-0b0230f58606"}', '2026-11-21 21:58:42.733016+00', '2026-11-21 21:58:42.764095+00', 'tester', '625bd6f3-4512-4748-a5b9-64125fc1cb4c', '34434f83-f2d8-40e4-8467-0a4a27ec2aae');


--
-- Data for Name: parked; Type: TABLE DATA; Schema: qualification; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.published VALUES
	(true, 28, '2026-11-21 21:58:45.684055+00');


--
-- Data for Name: vault; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.vault VALUES
	('216bd4b0-42d7-4080-8dde-a95a53d01c84', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', '"said so"'),
	('a9a3d766-ebf3-4fce-8f10-f5f6185734f8', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', '"said so"'),
	('6e37fa1e-ddb4-424a-ab1c-20cd7326f293', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', '"said so"'),
	('e3430863-36a5-41fa-b60d-481f66ab6ae3', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', '"said so"'),
	('cba15120-f5d1-4f75-a02d-98570d91bd5e', 'lead-e291d7a3-9b3f-4449-8fe4-444a071ffa73', '"Seats 0"'),
	('8ba6f4f4-1e6e-4700-95b4-65ba9d0d252c', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '"said so"'),
	('0ad624d1-19d5-4725-98aa-9e190194e21c', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '"said so"'),
	('050c3a1a-b7a0-4a72-beaf-a565d11fa203', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '"said so"'),
	('691b9eff-4388-4aa0-806e-93e17fb50294', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '"said so"'),
	('186b9651-7eff-49b5-a78b-54fe991a18ec', 'lead-6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '"Seats 1"'),
	('7bae0f95-46fa-44f9-ad0d-fbdc3301ed9f', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', '"said so"'),
	('cf3c72f8-3bbc-415b-8d33-c4f66c768696', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', '"said so"'),
	('d2162cd6-4451-4822-8528-21322d8fa731', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', '"said so"'),
	('0b7d1a05-67df-41d2-b0c5-4c055b30591d', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', '"said so"'),
	('1e6df145-d1b6-4743-8408-ce617ab375d0', 'lead-a6b561cd-1bda-4cab-a797-56e922cb7f49', '"Seats 2"'),
	('5fd33443-d138-4efd-bed9-51e61971412c', 'lead-7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', '"after summer"');


--
-- Data for Name: deals; Type: TABLE DATA; Schema: qualification_read_07a66704; Owner: -
--

INSERT INTO qualification_read_07a66704.deals VALUES
	('4eb96a51-54f8-4813-914e-0b0230f58606', 'company1.example.com', 'bob', 'new_business', 'default', 'won'),
	('d8297632-f1cd-4211-9441-eb92c43c16f1', 'company2.example.com', 'ann', 'new_business', 'default', NULL),
	('73b416a0-12c9-45de-a5c2-10de235cab2d', 'company3.example.com', 'ann', 'new_business', 'default', 'recycled'),
	('1992c360-40c1-488d-bff8-69328ccb83f1', 'initech.example.com', 'ann', 'existing_business', 'default', NULL);


--
-- Data for Name: leads; Type: TABLE DATA; Schema: qualification_read_07a66704; Owner: -
--

INSERT INTO qualification_read_07a66704.leads VALUES
	('bd92e101-0f5f-4098-ac24-00e3f6842373', 'a94622cd-5a86-46ab-874b-448c01a9dd24', 'site:6', 'newsletter', '2026-11-21 21:58:42.147378+00', 'company6.example.com', 'captured', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'A', 10.0000, 1, false, 1, 'A'),
	('7d2fc5bb-12ad-4d84-a971-a1dbaa6934ea', '9bda7a58-150b-43d9-b23f-eb020ee46885', 'site:4', 'demo_request', '2026-11-21 21:58:42.054018+00', 'company4.example.com', 'nurture', 1, '2026-11-21 21:58:42.054018+00', 'demo_request', '2026-11-21 22:58:42.054018+00', NULL, NULL, NULL, NULL, 'bad_timing', '2027-03-01', 'A', 50.0000, 1, false, 0, 'A'),
	('6001ab27-d2eb-4229-8fb0-5fa2ff352aed', '218edcdf-2596-4586-a873-8d80549cc9ce', 'site:2', 'demo_request', '2026-11-21 21:58:41.996341+00', 'company2.example.com', 'sql', 1, '2026-11-21 21:58:41.996341+00', 'demo_request', '2026-11-21 22:58:41.996341+00', NULL, 'sam', NULL, 'd8297632-f1cd-4211-9441-eb92c43c16f1', NULL, NULL, 'A', 50.0000, 1, false, 0, 'A'),
	('e291d7a3-9b3f-4449-8fe4-444a071ffa73', 'c3a14204-f408-41f5-83c3-2ee195b0bc46', 'site:1', 'demo_request', '2026-11-21 21:58:41.960294+00', 'company1.example.com', 'customer', 1, '2026-11-21 21:58:41.960294+00', 'demo_request', '2026-11-21 22:58:41.960294+00', NULL, 'sam', NULL, '4eb96a51-54f8-4813-914e-0b0230f58606', NULL, NULL, 'A', 70.0000, 1, false, 0, 'A'),
	('a6b561cd-1bda-4cab-a797-56e922cb7f49', 'e7492247-449b-4a71-9502-32e623197539', 'site:3', 'demo_request', '2026-11-21 21:58:42.011287+00', 'company3.example.com', 'nurture', 1, '2026-11-21 21:58:42.011287+00', 'demo_request', '2026-11-21 22:58:42.011287+00', NULL, 'sam', NULL, NULL, 'no_budget', NULL, 'A', 50.0000, 1, false, 0, 'A'),
	('5c6ebd63-4c57-4aff-b4fe-02c3c96d9ad3', '8936c710-6b79-419e-bb57-23dcd3e482b3', 'site:5', 'demo_request', '2026-11-21 21:58:42.077575+00', 'company5.example.com', 'mql', 1, '2026-11-21 21:58:42.077575+00', 'demo_request', '2026-11-21 22:58:42.077575+00', NULL, NULL, NULL, NULL, NULL, NULL, 'A', 50.0000, 1, true, 0, 'A');


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: access; Owner: -
--

ALTER TABLE ONLY access.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: keys keys_hash_key; Type: CONSTRAINT; Schema: access; Owner: -
--

ALTER TABLE ONLY access.keys
    ADD CONSTRAINT keys_hash_key UNIQUE (hash);


--
-- Name: keys keys_pkey; Type: CONSTRAINT; Schema: access; Owner: -
--

ALTER TABLE ONLY access.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (key_id);


--
-- Name: lent lent_pkey; Type: CONSTRAINT; Schema: exchange; Owner: -
--

ALTER TABLE ONLY exchange.lent
    ADD CONSTRAINT lent_pkey PRIMARY KEY (ref);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: aliases aliases_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (alias);


--
-- Name: answers answers_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (key);


--
-- Name: checkpoints checkpoints_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (subscription, source);


--
-- Name: erased erased_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.erased
    ADD CONSTRAINT erased_pkey PRIMARY KEY (subject);


--
-- Name: events events_event_id_key; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.events
    ADD CONSTRAINT events_event_id_key UNIQUE (event_id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.events
    ADD CONSTRAINT events_pkey PRIMARY KEY ("position");


--
-- Name: events events_stream_version_key; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.events
    ADD CONSTRAINT events_stream_version_key UNIQUE (stream, version);


--
-- Name: parked parked_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (subscription, source, "position");


--
-- Name: published published_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (one);


--
-- Name: vault vault_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (ref);


--
-- Name: currencies currencies_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (currency);


--
-- Name: deals deals_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.deals
    ADD CONSTRAINT deals_pkey PRIMARY KEY (opportunity_id);


--
-- Name: latest latest_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.latest
    ADD CONSTRAINT latest_pkey PRIMARY KEY (source);


--
-- Name: org_rows org_rows_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.org_rows
    ADD CONSTRAINT org_rows_pkey PRIMARY KEY (node, "position");


--
-- Name: postings postings_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.postings
    ADD CONSTRAINT postings_pkey PRIMARY KEY ("position", line);


--
-- Name: pure pure_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.pure
    ADD CONSTRAINT pure_pkey PRIMARY KEY (node, close_date, category, qualified, currency, motion, pipeline) INCLUDE (amount, deals, own_amount, own_deals);


--
-- Name: seats seats_pkey; Type: CONSTRAINT; Schema: forecast_read_33a700d7; Owner: -
--

ALTER TABLE ONLY forecast_read_33a700d7.seats
    ADD CONSTRAINT seats_pkey PRIMARY KEY (node);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: aliases aliases_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (alias);


--
-- Name: answers answers_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (key);


--
-- Name: checkpoints checkpoints_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (subscription, source);


--
-- Name: erased erased_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.erased
    ADD CONSTRAINT erased_pkey PRIMARY KEY (subject);


--
-- Name: events events_event_id_key; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.events
    ADD CONSTRAINT events_event_id_key UNIQUE (event_id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.events
    ADD CONSTRAINT events_pkey PRIMARY KEY ("position");


--
-- Name: events events_stream_version_key; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.events
    ADD CONSTRAINT events_stream_version_key UNIQUE (stream, version);


--
-- Name: parked parked_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (subscription, source, "position");


--
-- Name: published published_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (one);


--
-- Name: vault vault_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (ref);


--
-- Name: leads leads_pkey; Type: CONSTRAINT; Schema: intake_read_d122f597; Owner: -
--

ALTER TABLE ONLY intake_read_d122f597.leads
    ADD CONSTRAINT leads_pkey PRIMARY KEY (lead_id);


--
-- Name: leads leads_position_key; Type: CONSTRAINT; Schema: intake_read_d122f597; Owner: -
--

ALTER TABLE ONLY intake_read_d122f597.leads
    ADD CONSTRAINT leads_position_key UNIQUE ("position");


--
-- Name: partitions partitions_pkey; Type: CONSTRAINT; Schema: log; Owner: -
--

ALTER TABLE ONLY log.partitions
    ADD CONSTRAINT partitions_pkey PRIMARY KEY (topic, partition);


--
-- Name: records records_pkey; Type: CONSTRAINT; Schema: log; Owner: -
--

ALTER TABLE ONLY log.records
    ADD CONSTRAINT records_pkey PRIMARY KEY (topic, partition, record_offset);


--
-- Name: topics topics_pkey; Type: CONSTRAINT; Schema: log; Owner: -
--

ALTER TABLE ONLY log.topics
    ADD CONSTRAINT topics_pkey PRIMARY KEY (topic);


--
-- Name: watermarks watermarks_pkey; Type: CONSTRAINT; Schema: log; Owner: -
--

ALTER TABLE ONLY log.watermarks
    ADD CONSTRAINT watermarks_pkey PRIMARY KEY (source);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: aliases aliases_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (alias);


--
-- Name: answers answers_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (key);


--
-- Name: checkpoints checkpoints_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (subscription, source);


--
-- Name: erased erased_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.erased
    ADD CONSTRAINT erased_pkey PRIMARY KEY (subject);


--
-- Name: events events_event_id_key; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.events
    ADD CONSTRAINT events_event_id_key UNIQUE (event_id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.events
    ADD CONSTRAINT events_pkey PRIMARY KEY ("position");


--
-- Name: events events_stream_version_key; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.events
    ADD CONSTRAINT events_stream_version_key UNIQUE (stream, version);


--
-- Name: parked parked_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (subscription, source, "position");


--
-- Name: published published_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (one);


--
-- Name: vault vault_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (ref);


--
-- Name: opportunities opportunities_pkey; Type: CONSTRAINT; Schema: pipeline_read_86b2ac04; Owner: -
--

ALTER TABLE ONLY pipeline_read_86b2ac04.opportunities
    ADD CONSTRAINT opportunities_pkey PRIMARY KEY (opportunity_id);


--
-- Name: stage_visits stage_visits_pkey; Type: CONSTRAINT; Schema: pipeline_read_86b2ac04; Owner: -
--

ALTER TABLE ONLY pipeline_read_86b2ac04.stage_visits
    ADD CONSTRAINT stage_visits_pkey PRIMARY KEY (opportunity_id, number);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: aliases aliases_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (alias);


--
-- Name: answers answers_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (key);


--
-- Name: checkpoints checkpoints_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (subscription, source);


--
-- Name: erased erased_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.erased
    ADD CONSTRAINT erased_pkey PRIMARY KEY (subject);


--
-- Name: events events_event_id_key; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.events
    ADD CONSTRAINT events_event_id_key UNIQUE (event_id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.events
    ADD CONSTRAINT events_pkey PRIMARY KEY ("position");


--
-- Name: events events_stream_version_key; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.events
    ADD CONSTRAINT events_stream_version_key UNIQUE (stream, version);


--
-- Name: parked parked_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (subscription, source, "position");


--
-- Name: published published_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (one);


--
-- Name: vault vault_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (ref);


--
-- Name: deals deals_pkey; Type: CONSTRAINT; Schema: qualification_read_07a66704; Owner: -
--

ALTER TABLE ONLY qualification_read_07a66704.deals
    ADD CONSTRAINT deals_pkey PRIMARY KEY (opportunity_id);


--
-- Name: leads leads_pkey; Type: CONSTRAINT; Schema: qualification_read_07a66704; Owner: -
--

ALTER TABLE ONLY qualification_read_07a66704.leads
    ADD CONSTRAINT leads_pkey PRIMARY KEY (lead_id);


--
-- Name: ix_exchange_lent_subject; Type: INDEX; Schema: exchange; Owner: -
--

CREATE INDEX ix_exchange_lent_subject ON exchange.lent USING btree (subject);


--
-- Name: ix_aliases_subject; Type: INDEX; Schema: forecast; Owner: -
--

CREATE INDEX ix_aliases_subject ON forecast.aliases USING btree (subject);


--
-- Name: ix_answers_given_at; Type: INDEX; Schema: forecast; Owner: -
--

CREATE INDEX ix_answers_given_at ON forecast.answers USING btree (given_at);


--
-- Name: ix_vault_subject; Type: INDEX; Schema: forecast; Owner: -
--

CREATE INDEX ix_vault_subject ON forecast.vault USING btree (subject);


--
-- Name: deals_by_day; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX deals_by_day ON forecast_read_33a700d7.deals USING btree (close_date, opportunity_id);


--
-- Name: deals_unmapped; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX deals_unmapped ON forecast_read_33a700d7.deals USING btree (owner) WHERE ((outcome IS NULL) AND (stage_mapped IS FALSE));


--
-- Name: ix_deals_owner; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX ix_deals_owner ON forecast_read_33a700d7.deals USING btree (owner);


--
-- Name: ix_org_rows_starts; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX ix_org_rows_starts ON forecast_read_33a700d7.org_rows USING btree (starts);


--
-- Name: ix_seats_parent; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX ix_seats_parent ON forecast_read_33a700d7.seats USING btree (parent);


--
-- Name: postings_by_day; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX postings_by_day ON forecast_read_33a700d7.postings USING btree (close_date, occurred_at) INCLUDE ("position", owner, category, qualified, currency, motion, pipeline, amount, deals);


--
-- Name: seats_inactive; Type: INDEX; Schema: forecast_read_33a700d7; Owner: -
--

CREATE INDEX seats_inactive ON forecast_read_33a700d7.seats USING btree (node) WHERE (active IS FALSE);


--
-- Name: ix_aliases_subject; Type: INDEX; Schema: intake; Owner: -
--

CREATE INDEX ix_aliases_subject ON intake.aliases USING btree (subject);


--
-- Name: ix_answers_given_at; Type: INDEX; Schema: intake; Owner: -
--

CREATE INDEX ix_answers_given_at ON intake.answers USING btree (given_at);


--
-- Name: ix_vault_subject; Type: INDEX; Schema: intake; Owner: -
--

CREATE INDEX ix_vault_subject ON intake.vault USING btree (subject);


--
-- Name: ix_leads_captured_at; Type: INDEX; Schema: intake_read_d122f597; Owner: -
--

CREATE INDEX ix_leads_captured_at ON intake_read_d122f597.leads USING btree (captured_at);


--
-- Name: ix_leads_source; Type: INDEX; Schema: intake_read_d122f597; Owner: -
--

CREATE INDEX ix_leads_source ON intake_read_d122f597.leads USING btree (source);


--
-- Name: ix_aliases_subject; Type: INDEX; Schema: pipeline; Owner: -
--

CREATE INDEX ix_aliases_subject ON pipeline.aliases USING btree (subject);


--
-- Name: ix_answers_given_at; Type: INDEX; Schema: pipeline; Owner: -
--

CREATE INDEX ix_answers_given_at ON pipeline.answers USING btree (given_at);


--
-- Name: ix_vault_subject; Type: INDEX; Schema: pipeline; Owner: -
--

CREATE INDEX ix_vault_subject ON pipeline.vault USING btree (subject);


--
-- Name: ix_opportunities_account; Type: INDEX; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE INDEX ix_opportunities_account ON pipeline_read_86b2ac04.opportunities USING btree (account);


--
-- Name: ix_opportunities_category; Type: INDEX; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE INDEX ix_opportunities_category ON pipeline_read_86b2ac04.opportunities USING btree (category);


--
-- Name: ix_opportunities_close_date; Type: INDEX; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE INDEX ix_opportunities_close_date ON pipeline_read_86b2ac04.opportunities USING btree (close_date);


--
-- Name: ix_opportunities_owner; Type: INDEX; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE INDEX ix_opportunities_owner ON pipeline_read_86b2ac04.opportunities USING btree (owner);


--
-- Name: ix_opportunities_stage; Type: INDEX; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE INDEX ix_opportunities_stage ON pipeline_read_86b2ac04.opportunities USING btree (stage);


--
-- Name: ix_stage_visits_stage; Type: INDEX; Schema: pipeline_read_86b2ac04; Owner: -
--

CREATE INDEX ix_stage_visits_stage ON pipeline_read_86b2ac04.stage_visits USING btree (stage);


--
-- Name: ix_aliases_subject; Type: INDEX; Schema: qualification; Owner: -
--

CREATE INDEX ix_aliases_subject ON qualification.aliases USING btree (subject);


--
-- Name: ix_answers_given_at; Type: INDEX; Schema: qualification; Owner: -
--

CREATE INDEX ix_answers_given_at ON qualification.answers USING btree (given_at);


--
-- Name: ix_vault_subject; Type: INDEX; Schema: qualification; Owner: -
--

CREATE INDEX ix_vault_subject ON qualification.vault USING btree (subject);


--
-- Name: ix_deals_account; Type: INDEX; Schema: qualification_read_07a66704; Owner: -
--

CREATE INDEX ix_deals_account ON qualification_read_07a66704.deals USING btree (account);


--
-- Name: ix_leads_account; Type: INDEX; Schema: qualification_read_07a66704; Owner: -
--

CREATE INDEX ix_leads_account ON qualification_read_07a66704.leads USING btree (account);


--
-- Name: ix_leads_lead_source; Type: INDEX; Schema: qualification_read_07a66704; Owner: -
--

CREATE INDEX ix_leads_lead_source ON qualification_read_07a66704.leads USING btree (lead_source);


--
-- Name: ix_leads_lifecycle; Type: INDEX; Schema: qualification_read_07a66704; Owner: -
--

CREATE INDEX ix_leads_lifecycle ON qualification_read_07a66704.leads USING btree (lifecycle);


--
-- Name: leads_in_the_queue; Type: INDEX; Schema: qualification_read_07a66704; Owner: -
--

CREATE INDEX leads_in_the_queue ON qualification_read_07a66704.leads USING btree (demo_first, queue_grade, mql_at, lead_id) WHERE ((lifecycle = 'mql'::text) AND (erased IS FALSE));


--
-- PostgreSQL database dump complete
--


