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
ALTER TABLE ONLY exchange.lent ALTER COLUMN value SET STATISTICS 0;


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
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    wish text
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
-- Name: skipped; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.skipped (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    error text,
    skipped_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: forecast; Owner: -
--

CREATE TABLE forecast.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);
ALTER TABLE ONLY forecast.vault ALTER COLUMN value SET STATISTICS 0;


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
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    wish text
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
-- Name: skipped; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.skipped (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    error text,
    skipped_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: intake; Owner: -
--

CREATE TABLE intake.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);
ALTER TABLE ONLY intake.vault ALTER COLUMN value SET STATISTICS 0;


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
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    wish text
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
-- Name: skipped; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.skipped (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    error text,
    skipped_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: pipeline; Owner: -
--

CREATE TABLE pipeline.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);
ALTER TABLE ONLY pipeline.vault ALTER COLUMN value SET STATISTICS 0;


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
    parked_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    wish text
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
-- Name: skipped; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.skipped (
    subscription text NOT NULL,
    source text NOT NULL,
    "position" bigint NOT NULL,
    key text NOT NULL,
    error text,
    skipped_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: vault; Type: TABLE; Schema: qualification; Owner: -
--

CREATE TABLE qualification.vault (
    ref uuid NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL
);
ALTER TABLE ONLY qualification.vault ALTER COLUMN value SET STATISTICS 0;


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
	('0002');


--
-- Data for Name: keys; Type: TABLE DATA; Schema: access; Owner: -
--



--
-- Data for Name: lent; Type: TABLE DATA; Schema: exchange; Owner: -
--

INSERT INTO exchange.lent VALUES
	('01a220a7-edfa-7061-95cd-cb48855e3ac4', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', '"Seats 0"'),
	('01a220a7-f137-702e-9ca0-c59f0dba6f83', 'lead-01a220a7-e68f-7173-875b-eca3874690da', '"Seats 1"'),
	('01a220a7-f59b-7021-9c71-422cea93a866', 'lead-01a220a7-e714-7805-afa4-89302767934d', '"Seats 2"');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.alembic_version VALUES
	('0003');


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
	('forecast_read_33a700d7', 'pipeline', 11, '{"0": 0, "1": 0, "2": 0, "3": 0, "4": 1, "5": 0, "6": 0, "7": 0, "8": 4, "9": 6, "10": 0, "11": 0}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: events; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.events VALUES
	(1, '01a220a7-e40e-749b-9fa1-d1f43a60563d', 'org-all', 1, 'org.node_placed', '{"kind": "unit", "name": {"ref": "01a220a7-e40e-761d-83b6-2457c6f249e9"}, "node": "company", "parent": null, "starts": null}', '2026-11-28 05:36:43.533537+00', '2026-11-28 05:36:43.525063+00', 'tester', '01a220a7-e33e-71fb-8888-c2009fe6f1f8', NULL),
	(2, '01a220a7-e479-7f6a-988c-6c52ff41e858', 'org-all', 2, 'org.node_placed', '{"kind": "unit", "name": {"ref": "01a220a7-e47a-749a-8742-e42896455d93"}, "node": "north", "parent": "company", "starts": null}', '2026-11-28 05:36:43.641763+00', '2026-11-28 05:36:43.590248+00', 'tester', '01a220a7-e427-7f0e-9514-6423f432a188', NULL),
	(3, '01a220a7-e562-77a1-94d2-654ce63e4997', 'org-all', 3, 'org.node_placed', '{"kind": "person", "name": {"ref": "01a220a7-e562-7faf-a936-78f241600e3f"}, "node": "ann", "parent": "north", "starts": null}', '2026-11-28 05:36:43.873947+00', '2026-11-28 05:36:43.835666+00', 'tester', '01a220a7-e4ad-79b4-b0bc-8fc2218e3df8', NULL),
	(4, '01a220a7-e5e3-775c-81bc-7937a2b72032', 'org-all', 4, 'org.node_placed', '{"kind": "person", "name": {"ref": "01a220a7-e5e3-7493-b906-34228365f0bd"}, "node": "bob", "parent": "north", "starts": null}', '2026-11-28 05:36:44.002912+00', '2026-11-28 05:36:43.992313+00', 'tester', '01a220a7-e5c4-71ae-a9cd-017b43d8129c', NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.published VALUES
	(true, 4, '2026-11-28 05:36:53.596039+00');


--
-- Data for Name: skipped; Type: TABLE DATA; Schema: forecast; Owner: -
--



--
-- Data for Name: vault; Type: TABLE DATA; Schema: forecast; Owner: -
--

INSERT INTO forecast.vault VALUES
	('01a220a7-e40e-761d-83b6-2457c6f249e9', 'node-company', '"Company"'),
	('01a220a7-e47a-749a-8742-e42896455d93', 'node-north', '"North"'),
	('01a220a7-e562-7faf-a936-78f241600e3f', 'node-ann', '"Ann"'),
	('01a220a7-e5e3-7493-b906-34228365f0bd', 'node-bob', '"Bob"');


--
-- Data for Name: currencies; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.currencies VALUES
	('EUR', 3);


--
-- Data for Name: deals; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.deals VALUES
	('01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 'won', 'company1.example.com', 'won', true),
	('01a220a7-f0fe-7296-a1ed-181c6147627a', 'ann', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, NULL, 'company2.example.com', 'proposal', true),
	('01a220a7-f57e-7cae-90a5-c411d975e258', 'ann', '2026-12-15', 'omitted', true, 'EUR', 'new_business', 'default', 3000.0000, 'recycled', 'company3.example.com', 'lost', true),
	('01a220a7-facf-78ba-a0c1-faf3de6c1595', 'ann', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, NULL, 'initech.example.com', 'unqualified', true);


--
-- Data for Name: latest; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.latest VALUES
	('forecast', '2026-11-28 05:36:44.002912+00'),
	('pipeline', '2026-11-28 05:36:49.441385+00');


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
	(1, 1, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', 1000.0000, 1, 'created', '2026-11-28 05:36:46.074095+00', '2026-11-28 05:36:46.389811+00'),
	(2, 1, '01a220a7-f0fe-7296-a1ed-181c6147627a', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', 2000.0000, 1, 'created', '2026-11-28 05:36:46.902673+00', '2026-11-28 05:36:47.292626+00'),
	(3, 1, '01a220a7-f57e-7cae-90a5-c411d975e258', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', 3000.0000, 1, 'created', '2026-11-28 05:36:48.026654+00', '2026-11-28 05:36:48.228792+00'),
	(4, 1, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', -1000.0000, -1, 'qualified', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.564271+00'),
	(4, 2, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'qualified', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.564271+00'),
	(5, 1, '01a220a7-f0fe-7296-a1ed-181c6147627a', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', -2000.0000, -1, 'qualified', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:48.731577+00'),
	(5, 2, '01a220a7-f0fe-7296-a1ed-181c6147627a', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 'qualified', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:48.731577+00'),
	(6, 1, '01a220a7-f57e-7cae-90a5-c411d975e258', 'ann', '2026-12-15', 'pipeline', false, 'EUR', 'new_business', 'default', -3000.0000, -1, 'qualified', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:48.867788+00'),
	(6, 2, '01a220a7-f57e-7cae-90a5-c411d975e258', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', 3000.0000, 1, 'qualified', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:48.867788+00'),
	(7, 1, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', -1000.0000, -1, 'recategorised', '2026-11-28 05:36:48.986679+00', '2026-11-28 05:36:48.970626+00'),
	(7, 2, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-12-15', 'commit', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'recategorised', '2026-11-28 05:36:48.986679+00', '2026-11-28 05:36:48.970626+00'),
	(8, 1, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-12-15', 'commit', true, 'EUR', 'new_business', 'default', -1000.0000, -1, 'redated', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.031896+00'),
	(8, 2, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-11-20', 'commit', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'redated', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.031896+00'),
	(8, 3, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-11-20', 'commit', true, 'EUR', 'new_business', 'default', -1000.0000, -1, 'won', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.031896+00'),
	(8, 4, '01a220a7-edaf-70ed-821e-35e0a4725324', 'bob', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 'won', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.031896+00'),
	(9, 1, '01a220a7-f0fe-7296-a1ed-181c6147627a', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', -2000.0000, -1, 'recategorised', '2026-11-28 05:36:49.202709+00', '2026-11-28 05:36:49.164765+00'),
	(9, 2, '01a220a7-f0fe-7296-a1ed-181c6147627a', 'ann', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 'recategorised', '2026-11-28 05:36:49.202709+00', '2026-11-28 05:36:49.164765+00'),
	(10, 1, '01a220a7-f57e-7cae-90a5-c411d975e258', 'ann', '2026-12-15', 'pipeline', true, 'EUR', 'new_business', 'default', -3000.0000, -1, 'recycled', '2026-11-28 05:36:49.29601+00', '2026-11-28 05:36:49.27536+00'),
	(11, 1, '01a220a7-facf-78ba-a0c1-faf3de6c1595', 'ann', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 'created', '2026-11-28 05:36:49.441385+00', '2026-11-28 05:36:49.396164+00');


--
-- Data for Name: pure; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.pure VALUES
	('_root', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 0.0000, 0),
	('_root', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 0.0000, 0),
	('ann', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 2000.0000, 1),
	('bob', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 1000.0000, 1),
	('company', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 0.0000, 0),
	('company', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 0.0000, 0),
	('north', '2026-11-20', 'closed', true, 'EUR', 'new_business', 'default', 1000.0000, 1, 0.0000, 0),
	('north', '2026-12-15', 'upside', true, 'EUR', 'new_business', 'default', 2000.0000, 1, 0.0000, 0),
	('_root', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 0.0000, 0),
	('ann', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 500.5000, 1),
	('company', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 0.0000, 0),
	('north', '2026-11-30', 'pipeline', false, 'EUR', 'existing_business', 'default', 500.5000, 1, 0.0000, 0);


--
-- Data for Name: seats; Type: TABLE DATA; Schema: forecast_read_33a700d7; Owner: -
--

INSERT INTO forecast_read_33a700d7.seats VALUES
	('company', NULL, 'unit', true, '01a220a7-e40e-761d-83b6-2457c6f249e9'),
	('ann', 'north', 'person', true, '01a220a7-e562-7faf-a936-78f241600e3f'),
	('north', 'company', 'unit', true, '01a220a7-e47a-749a-8742-e42896455d93'),
	('bob', 'north', 'person', true, '01a220a7-e5e3-7493-b906-34228365f0bd');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.alembic_version VALUES
	('0003');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.aliases VALUES
	('capture:186da6030431fdf276b785ea72c1bfa17b08805a5d0dac6ead08d6148c28c7ae', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 'person-01a220a7-e614-7622-a8e5-7738c42a2df3', '5064603b17430312b1f47b862af77c7eef83a4e391dbedfa9037e609211bf7c8'),
	('email:8b8d4febfc402a2e5e75c127dcb2f6d80bc0b7d85f911998eed67590c52b862e', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 'person-01a220a7-e614-7622-a8e5-7738c42a2df3', NULL),
	('capture:20e10e90afee9c872b669c5d168b3032093c61260d0b011ca3c0f6f33d314e0f', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 'person-01a220a7-e68f-7eb3-98a1-094fd6fb444b', '62d000e95d9f6118f5e1f7c61e4a57adbaeaa34079b8075daa198ce19f5a633c'),
	('email:8e75d7213aa495ac90306211a64d9a021a555954eddf9d2316c83aed0d96be88', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 'person-01a220a7-e68f-7eb3-98a1-094fd6fb444b', NULL),
	('capture:2771c7db1a9763da79c7d0b08c75694fb6575d09d4040c1b60eabe6c742e2657', 'lead-01a220a7-e714-7805-afa4-89302767934d', 'person-01a220a7-e710-7dc6-bdf4-8a13c66edb65', 'c3355c2d0e0acbd6ccd82e85450c4652aa91b6516e5c4793ea388f3419b0f6cb'),
	('email:f7445ef4986ef5690da5b90215e6507a6726c08e0ededb82c324c2e563ac036e', 'lead-01a220a7-e714-7805-afa4-89302767934d', 'person-01a220a7-e710-7dc6-bdf4-8a13c66edb65', NULL),
	('capture:05a8768acf020c25270fd124b064026746c127d852518b86d206f46905f25049', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 'person-01a220a7-e76b-729a-a158-f32eb404d96e', '8abcf5a246813ab923db5ac510745c1074e20deb85c5ead3d0e183a915fde70c'),
	('email:f2b5a512242a3aaf6919a194eb688c6e156a547cfc43b5475e1541072b3f8b03', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 'person-01a220a7-e76b-729a-a158-f32eb404d96e', NULL),
	('capture:8a876336be6451c7a7cb0867b6036ac896cb1a4781937c1faa4e5f566a39dbf8', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 'person-01a220a7-e614-7622-a8e5-7738c42a2df3', 'f76d5c6dc56a35a46ad697d2cecf6c2ff260d42910f958d8c7623b5439a56f23');


--
-- Data for Name: answers; Type: TABLE DATA; Schema: intake; Owner: -
--



--
-- Data for Name: checkpoints; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.checkpoints VALUES
	('intake_read_d122f597', 'intake', 7, '{}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.erased VALUES
	('person-01a220a7-e7cb-792b-aaba-c19897467590', '2026-11-28 05:36:49.777141+00');


--
-- Data for Name: events; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.events VALUES
	(1, '01a220a7-e66b-7c61-ac57-f495051fe5c1', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e66b-7edf-af7f-8fa149182415"}, "source": "demo_request", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "size_band": "201-1000", "capture_id": "01a220a7-e614-7d3c-9e54-affcf2cfa9e2", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.052315Z", "role_class": "director", "external_id": "site:1", "received_at": "2026-11-28T05:36:44.138783Z", "source_detail": null}', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.09456+00', 'tester', '01a220a7-e5f9-729a-9edc-57b1640c656d', NULL),
	(2, '01a220a7-e6b6-793e-9a78-3da878a76b86', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e6b6-7d4a-b07b-5039d95abaea"}, "source": "demo_request", "company": {"name": null, "domain": "company2.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "size_band": "201-1000", "capture_id": "01a220a7-e68f-7c97-889c-8448c26febdd", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.175539Z", "role_class": "director", "external_id": "site:2", "received_at": "2026-11-28T05:36:44.214068Z", "source_detail": null}', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.205954+00', 'tester', '01a220a7-e68e-7723-9915-486f09978382', NULL),
	(3, '01a220a7-e732-74d6-9913-42cd88cd5119', 'lead-01a220a7-e714-7805-afa4-89302767934d', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e732-7e32-a609-af42b15115a9"}, "source": "demo_request", "company": {"name": null, "domain": "company3.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "size_band": "201-1000", "capture_id": "01a220a7-e710-7b3b-bb7c-3239a51a0735", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.304518Z", "role_class": "director", "external_id": "site:3", "received_at": "2026-11-28T05:36:44.337767Z", "source_detail": null}', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.324792+00', 'tester', '01a220a7-e70f-75da-921c-62ef0b6104b8', NULL),
	(4, '01a220a7-e7a1-76de-95dd-f2b142d67b0d', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e7a1-7e48-9af8-6327178af5a7"}, "source": "demo_request", "company": {"name": null, "domain": "company4.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "size_band": "201-1000", "capture_id": "01a220a7-e76b-76fd-97d2-8788be97e248", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.395732Z", "role_class": "director", "external_id": "site:4", "received_at": "2026-11-28T05:36:44.448972Z", "source_detail": null}', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.438082+00', 'tester', '01a220a7-e76b-74b1-9ae6-473eac5fb8dd', NULL),
	(5, '01a220a7-e7f9-74bc-b01c-a81574c8dd80', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e7f9-7a49-b4f7-75b0a23e4dea"}, "source": "demo_request", "company": {"name": null, "domain": "company5.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "size_band": "201-1000", "capture_id": "01a220a7-e7cb-7d67-a388-721916a7c754", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.491337Z", "role_class": "director", "external_id": "site:5", "received_at": "2026-11-28T05:36:44.537413Z", "source_detail": null}', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:44.52098+00', 'tester', '01a220a7-e7c9-7923-b38f-5a6c75f61e8c', NULL),
	(6, '01a220a7-e89c-76b1-951d-f8021b67d29c', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 2, 'lead.engagement_added', '{"texts": {"ref": "01a220a7-e89c-70ed-b8c4-a99565bffc55"}, "person": {"ref": "01a220a7-e89c-73e7-a332-c4e2bfaf8470"}, "source": "webinar", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": {"minutes": 30, "attended": true, "webinar_id": "basics"}, "campaign": null, "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "size_band": "201-1000", "capture_id": "01a220a7-e843-784d-94ee-05931c851608", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.611564Z", "role_class": "director", "external_id": "site:again", "received_at": "2026-11-28T05:36:44.699439Z", "source_detail": null}', '2026-11-28 05:36:44.699439+00', '2026-11-28 05:36:44.647557+00', 'tester', '01a220a7-e842-7fa6-b32c-bca486c9522c', NULL),
	(7, '01a220a7-fc47-76cc-9835-8ae757f1df8f', 'person-01a220a7-e7cb-792b-aaba-c19897467590', 1, 'person.erased', '{"lead_ids": ["01a220a7-e7cb-7bc5-9da5-22ece0eb4646"]}', '2026-11-28 05:36:49.735138+00', '2026-11-28 05:36:49.710254+00', 'tester', '01a220a7-fb71-7330-80c6-0cf960b25045', NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: intake; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.published VALUES
	(true, 7, '2026-11-28 05:36:54.078827+00');


--
-- Data for Name: skipped; Type: TABLE DATA; Schema: intake; Owner: -
--



--
-- Data for Name: vault; Type: TABLE DATA; Schema: intake; Owner: -
--

INSERT INTO intake.vault VALUES
	('01a220a7-e66b-7edf-af7f-8fa149182415', 'person-01a220a7-e614-7622-a8e5-7738c42a2df3', '{"email": "person1@example.com", "job_title": "Head of Sales"}'),
	('01a220a7-e6b6-7d4a-b07b-5039d95abaea', 'person-01a220a7-e68f-7eb3-98a1-094fd6fb444b', '{"email": "person2@example.com", "job_title": "Head of Sales"}'),
	('01a220a7-e732-7e32-a609-af42b15115a9', 'person-01a220a7-e710-7dc6-bdf4-8a13c66edb65', '{"email": "person3@example.com", "job_title": "Head of Sales"}'),
	('01a220a7-e7a1-7e48-9af8-6327178af5a7', 'person-01a220a7-e76b-729a-a158-f32eb404d96e', '{"email": "person4@example.com", "job_title": "Head of Sales"}'),
	('01a220a7-e89c-73e7-a332-c4e2bfaf8470', 'person-01a220a7-e614-7622-a8e5-7738c42a2df3', '{"email": "person1@example.com", "job_title": "Head of Sales"}'),
	('01a220a7-e89c-70ed-b8c4-a99565bffc55', 'person-01a220a7-e614-7622-a8e5-7738c42a2df3', '{"questions": ["How much?"]}');


--
-- Data for Name: leads; Type: TABLE DATA; Schema: intake_read_d122f597; Owner: -
--

INSERT INTO intake_read_d122f597.leads VALUES
	('01a220a7-e68f-7173-875b-eca3874690da', '01a220a7-e68f-7eb3-98a1-094fd6fb444b', 2, 'demo_request', NULL, 'site:2', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.175539+00', 1, false),
	('01a220a7-e714-7805-afa4-89302767934d', '01a220a7-e710-7dc6-bdf4-8a13c66edb65', 3, 'demo_request', NULL, 'site:3', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.304518+00', 1, false),
	('01a220a7-e76b-7b2a-8da9-778f0abf4d18', '01a220a7-e76b-729a-a158-f32eb404d96e', 4, 'demo_request', NULL, 'site:4', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.395732+00', 1, false),
	('01a220a7-e614-7d80-a5d8-77f0fdfb531e', '01a220a7-e614-7622-a8e5-7738c42a2df3', 1, 'demo_request', NULL, 'site:1', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.611564+00', 2, false),
	('01a220a7-e7cb-7bc5-9da5-22ece0eb4646', '01a220a7-e7cb-792b-aaba-c19897467590', 5, 'demo_request', NULL, 'site:5', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:44.491337+00', 1, true);


--
-- Data for Name: partitions; Type: TABLE DATA; Schema: log; Owner: -
--

INSERT INTO log.partitions VALUES
	('funnelcast.lead-intake.v1', 0, 0),
	('funnelcast.lead-intake.v1', 1, 0),
	('funnelcast.lead-intake.v1', 4, 0),
	('funnelcast.lead-intake.v1', 6, 0),
	('funnelcast.lead-intake.v1', 10, 0),
	('funnelcast.lead-intake.v1', 11, 0),
	('funnelcast.qualification.v1', 0, 0),
	('funnelcast.qualification.v1', 1, 0),
	('funnelcast.qualification.v1', 4, 0),
	('funnelcast.qualification.v1', 6, 0),
	('funnelcast.qualification.v1', 8, 0),
	('funnelcast.qualification.v1', 10, 0),
	('funnelcast.qualification.v1', 11, 0),
	('funnelcast.pipeline.v1', 0, 0),
	('funnelcast.pipeline.v1', 1, 0),
	('funnelcast.pipeline.v1', 2, 0),
	('funnelcast.pipeline.v1', 3, 0),
	('funnelcast.pipeline.v1', 5, 0),
	('funnelcast.pipeline.v1', 6, 0),
	('funnelcast.pipeline.v1', 7, 0),
	('funnelcast.pipeline.v1', 10, 0),
	('funnelcast.pipeline.v1', 11, 0),
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
	('funnelcast.lead-intake.v1', 9, 1),
	('funnelcast.lead-intake.v1', 3, 1),
	('funnelcast.lead-intake.v1', 5, 1),
	('funnelcast.lead-intake.v1', 7, 1),
	('funnelcast.lead-intake.v1', 2, 2),
	('funnelcast.qualification.v1', 3, 3),
	('funnelcast.qualification.v1', 9, 6),
	('funnelcast.pipeline.v1', 8, 4),
	('funnelcast.pipeline.v1', 4, 1),
	('funnelcast.pipeline.v1', 9, 6),
	('funnelcast.qualification.v1', 2, 8),
	('funnelcast.qualification.v1', 5, 7),
	('funnelcast.lead-intake.v1', 8, 1),
	('funnelcast.qualification.v1', 7, 3);


--
-- Data for Name: records; Type: TABLE DATA; Schema: log; Owner: -
--

INSERT INTO log.records VALUES
	('funnelcast.forecast.v1', 1, 0, 1, '01a220a7-e40e-749b-9fa1-d1f43a60563d', 'org-all', 1, 'org.node_placed', '{"kind": "unit", "name": {"ref": "01a220a7-e40e-761d-83b6-2457c6f249e9"}, "node": "company", "parent": null, "starts": null}', '2026-11-28 05:36:43.533537+00', '2026-11-28 05:36:43.525063+00', 'tester', '01a220a7-e33e-71fb-8888-c2009fe6f1f8', NULL),
	('funnelcast.forecast.v1', 1, 1, 2, '01a220a7-e479-7f6a-988c-6c52ff41e858', 'org-all', 2, 'org.node_placed', '{"kind": "unit", "name": {"ref": "01a220a7-e47a-749a-8742-e42896455d93"}, "node": "north", "parent": "company", "starts": null}', '2026-11-28 05:36:43.641763+00', '2026-11-28 05:36:43.590248+00', 'tester', '01a220a7-e427-7f0e-9514-6423f432a188', NULL),
	('funnelcast.forecast.v1', 1, 2, 3, '01a220a7-e562-77a1-94d2-654ce63e4997', 'org-all', 3, 'org.node_placed', '{"kind": "person", "name": {"ref": "01a220a7-e562-7faf-a936-78f241600e3f"}, "node": "ann", "parent": "north", "starts": null}', '2026-11-28 05:36:43.873947+00', '2026-11-28 05:36:43.835666+00', 'tester', '01a220a7-e4ad-79b4-b0bc-8fc2218e3df8', NULL),
	('funnelcast.forecast.v1', 1, 3, 4, '01a220a7-e5e3-775c-81bc-7937a2b72032', 'org-all', 4, 'org.node_placed', '{"kind": "person", "name": {"ref": "01a220a7-e5e3-7493-b906-34228365f0bd"}, "node": "bob", "parent": "north", "starts": null}', '2026-11-28 05:36:44.002912+00', '2026-11-28 05:36:43.992313+00', 'tester', '01a220a7-e5c4-71ae-a9cd-017b43d8129c', NULL),
	('funnelcast.lead-intake.v1', 2, 0, 1, '01a220a7-e66b-7c61-ac57-f495051fe5c1', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e66b-7edf-af7f-8fa149182415"}, "source": "demo_request", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "size_band": "201-1000", "capture_id": "01a220a7-e614-7d3c-9e54-affcf2cfa9e2", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.052315Z", "role_class": "director", "external_id": "site:1", "received_at": "2026-11-28T05:36:44.138783Z", "source_detail": null}', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.09456+00', 'tester', '01a220a7-e5f9-729a-9edc-57b1640c656d', NULL),
	('funnelcast.lead-intake.v1', 9, 0, 2, '01a220a7-e6b6-793e-9a78-3da878a76b86', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e6b6-7d4a-b07b-5039d95abaea"}, "source": "demo_request", "company": {"name": null, "domain": "company2.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "size_band": "201-1000", "capture_id": "01a220a7-e68f-7c97-889c-8448c26febdd", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.175539Z", "role_class": "director", "external_id": "site:2", "received_at": "2026-11-28T05:36:44.214068Z", "source_detail": null}', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.205954+00', 'tester', '01a220a7-e68e-7723-9915-486f09978382', NULL),
	('funnelcast.lead-intake.v1', 5, 0, 3, '01a220a7-e732-74d6-9913-42cd88cd5119', 'lead-01a220a7-e714-7805-afa4-89302767934d', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e732-7e32-a609-af42b15115a9"}, "source": "demo_request", "company": {"name": null, "domain": "company3.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "size_band": "201-1000", "capture_id": "01a220a7-e710-7b3b-bb7c-3239a51a0735", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.304518Z", "role_class": "director", "external_id": "site:3", "received_at": "2026-11-28T05:36:44.337767Z", "source_detail": null}', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.324792+00', 'tester', '01a220a7-e70f-75da-921c-62ef0b6104b8', NULL),
	('funnelcast.lead-intake.v1', 3, 0, 4, '01a220a7-e7a1-76de-95dd-f2b142d67b0d', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e7a1-7e48-9af8-6327178af5a7"}, "source": "demo_request", "company": {"name": null, "domain": "company4.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "size_band": "201-1000", "capture_id": "01a220a7-e76b-76fd-97d2-8788be97e248", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.395732Z", "role_class": "director", "external_id": "site:4", "received_at": "2026-11-28T05:36:44.448972Z", "source_detail": null}', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.438082+00', 'tester', '01a220a7-e76b-74b1-9ae6-473eac5fb8dd', NULL),
	('funnelcast.qualification.v1', 2, 0, 1, 'd86ca6c7-4fe0-50a5-9823-00f9120a4611', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company1.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "capture_id": "01a220a7-e614-7d3c-9e54-affcf2cfa9e2", "engaged_at": "2026-11-28T05:36:44.052315Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.429597+00', 'tester', '01a220a7-e5f9-729a-9edc-57b1640c656d', '01a220a7-e66b-7c61-ac57-f495051fe5c1'),
	('funnelcast.qualification.v1', 2, 1, 2, '6887490d-9fba-54c0-8bf9-f5981d9591d3', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "capture_id": "01a220a7-e614-7d3c-9e54-affcf2cfa9e2", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.429597+00', 'tester', '01a220a7-e5f9-729a-9edc-57b1640c656d', '01a220a7-e66b-7c61-ac57-f495051fe5c1'),
	('funnelcast.lead-intake.v1', 7, 0, 5, '01a220a7-e7f9-74bc-b01c-a81574c8dd80', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 1, 'lead.captured', '{"texts": null, "person": {"ref": "01a220a7-e7f9-7a49-b4f7-75b0a23e4dea"}, "source": "demo_request", "company": {"name": null, "domain": "company5.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": null, "campaign": null, "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "size_band": "201-1000", "capture_id": "01a220a7-e7cb-7d67-a388-721916a7c754", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.491337Z", "role_class": "director", "external_id": "site:5", "received_at": "2026-11-28T05:36:44.537413Z", "source_detail": null}', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:44.52098+00', 'tester', '01a220a7-e7c9-7923-b38f-5a6c75f61e8c', NULL),
	('funnelcast.lead-intake.v1', 2, 1, 6, '01a220a7-e89c-76b1-951d-f8021b67d29c', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 2, 'lead.engagement_added', '{"texts": {"ref": "01a220a7-e89c-70ed-b8c4-a99565bffc55"}, "person": {"ref": "01a220a7-e89c-73e7-a332-c4e2bfaf8470"}, "source": "webinar", "company": {"name": null, "domain": "company1.example.com", "country": null, "industry": null, "employees": 250}, "consent": null, "details": {"minutes": 30, "attended": true, "webinar_id": "basics"}, "campaign": null, "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "size_band": "201-1000", "capture_id": "01a220a7-e843-784d-94ee-05931c851608", "email_kind": "business", "engaged_at": "2026-11-28T05:36:44.611564Z", "role_class": "director", "external_id": "site:again", "received_at": "2026-11-28T05:36:44.699439Z", "source_detail": null}', '2026-11-28 05:36:44.699439+00', '2026-11-28 05:36:44.647557+00', 'tester', '01a220a7-e842-7fa6-b32c-bca486c9522c', NULL),
	('funnelcast.qualification.v1', 9, 0, 3, '300fbedd-51d4-5728-8566-c1c1d2385ea8', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company2.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company2.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "capture_id": "01a220a7-e68f-7c97-889c-8448c26febdd", "engaged_at": "2026-11-28T05:36:44.175539Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.535287+00', 'tester', '01a220a7-e68e-7723-9915-486f09978382', '01a220a7-e6b6-793e-9a78-3da878a76b86'),
	('funnelcast.qualification.v1', 9, 1, 4, '367eb4b4-45c4-5cdf-80aa-b0ba51574a2d', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "mql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "capture_id": "01a220a7-e68f-7c97-889c-8448c26febdd", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.535287+00', 'tester', '01a220a7-e68e-7723-9915-486f09978382', '01a220a7-e6b6-793e-9a78-3da878a76b86'),
	('funnelcast.pipeline.v1', 8, 1, 4, '01a220a7-f7ee-7908-85de-af1e62ff8594', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 2, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "qualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 2}', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.564271+00', 'tester', '01a220a7-f782-7843-9fb0-b48d7e9c84a3', NULL),
	('funnelcast.pipeline.v1', 9, 3, 6, '01a220a7-f90b-79ab-b33b-085b7a767448', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company3.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e714-7805-afa4-89302767934d"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:48.867788+00', 'tester', '01a220a7-f8c6-7ff1-92ac-8b0dbace68e7', NULL),
	('funnelcast.pipeline.v1', 8, 2, 7, '01a220a7-f95a-7bc3-a5c4-8dc892e56253', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 3, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "negotiation", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "commit", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "to_stage": "negotiation", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "commit", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:48.986679+00', '2026-11-28 05:36:48.970626+00', 'tester', '01a220a7-f92b-7e0e-b58c-664bc7f02a16', NULL),
	('funnelcast.qualification.v1', 5, 6, 26, 'cab7305f-5d54-5188-973f-0a89a4c4a75c', 'lead-01a220a7-e714-7805-afa4-89302767934d', 7, 'lead.nurtured', '{"sdr": "sam", "note": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": "no_budget", "account": "company3.example.com", "because": "recycled", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "nurture", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "revisit_on": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:49.29601+00', '2026-11-28 05:36:49.782291+00', 'tester', '01a220a7-fa60-7e70-b440-383b06235864', '01a220a7-fa90-7c5a-bd15-f7940bcb24bc'),
	('funnelcast.qualification.v1', 5, 0, 5, 'c80235d1-e8c9-5ed1-9b34-09f1c85ab2fc', 'lead-01a220a7-e714-7805-afa4-89302767934d', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company3.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company3.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "capture_id": "01a220a7-e710-7b3b-bb7c-3239a51a0735", "engaged_at": "2026-11-28T05:36:44.304518Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e70f-75da-921c-62ef0b6104b8', '01a220a7-e732-74d6-9913-42cd88cd5119'),
	('funnelcast.qualification.v1', 5, 1, 6, 'f9f96d69-cf5b-58b8-87d9-b36010c0037f', 'lead-01a220a7-e714-7805-afa4-89302767934d', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "mql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "capture_id": "01a220a7-e710-7b3b-bb7c-3239a51a0735", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e70f-75da-921c-62ef0b6104b8', '01a220a7-e732-74d6-9913-42cd88cd5119'),
	('funnelcast.qualification.v1', 3, 0, 7, 'c2dad0f7-7dbb-5054-99e2-b85b30f62c28', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company4.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company4.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "capture_id": "01a220a7-e76b-76fd-97d2-8788be97e248", "engaged_at": "2026-11-28T05:36:44.395732Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.448972Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e76b-74b1-9ae6-473eac5fb8dd', '01a220a7-e7a1-76de-95dd-f2b142d67b0d'),
	('funnelcast.qualification.v1', 3, 1, 8, '22ac8cfb-d181-5ae6-8cd9-6ddd6567ce44', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.448972Z", "reason": null, "account": "company4.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.448972Z", "lifecycle": "mql", "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "capture_id": "01a220a7-e76b-76fd-97d2-8788be97e248", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.448972Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e76b-74b1-9ae6-473eac5fb8dd', '01a220a7-e7a1-76de-95dd-f2b142d67b0d'),
	('funnelcast.qualification.v1', 9, 2, 15, '01a220a7-f083-7f9d-ba06-357862b4566c', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "mql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:46.72318+00', '2026-11-28 05:36:46.713743+00', 'tester', '01a220a7-f068-76f9-a3bb-dfaf16bbab83', NULL),
	('funnelcast.qualification.v1', 9, 4, 17, '01a220a7-f137-79e2-ace1-a1c3ae5e4dae', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "01a220a7-f137-702e-9ca0-c59f0dba6f83"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "2000.00", "domain": "company2.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "source": "demo_request", "account": "company2.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "srl", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f0fe-7296-a1ed-181c6147627a", "policy_version": 1}', '2026-11-28 05:36:46.902673+00', '2026-11-28 05:36:46.878311+00', 'tester', '01a220a7-f0cf-73a3-959e-6a5b9424a301', NULL),
	('funnelcast.qualification.v1', 5, 3, 19, '01a220a7-f51a-7f5f-8c9e-18912976b670', 'lead-01a220a7-e714-7805-afa4-89302767934d', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-711c-82be-88f4753d0866"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-7fd0-bb9e-deb462aecb77"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-73be-a858-f042a0af7ad2"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-7140-99f7-40b4ffa2714f"}}}, "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "mql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:47.897976+00', '2026-11-28 05:36:47.889672+00', 'tester', '01a220a7-f4dc-71a5-8c5c-136ae5337290', NULL),
	('funnelcast.qualification.v1', 3, 2, 21, '01a220a7-f75b-7b5d-8e21-a9045456845c', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 3, 'lead.nurtured', '{"sdr": null, "note": {"ref": "01a220a7-f75b-72d1-88e3-a4401e1e448c"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.448972Z", "reason": "bad_timing", "account": "company4.example.com", "because": "nurtured", "refused": null, "touch_by": "2026-11-28T06:36:44.448972Z", "lifecycle": "nurture", "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "mql_source": "demo_request", "revisit_on": "2027-03-01", "touched_at": null, "captured_at": "2026-11-28T05:36:44.448972Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": "2027-03-01", "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:48.47534+00', '2026-11-28 05:36:48.463647+00', 'tester', '01a220a7-f743-7f01-a6c8-0b5fa1df1d03', NULL),
	('funnelcast.qualification.v1', 7, 0, 9, '76e44cbd-52e9-5178-ba30-08ff7010abe0', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company5.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company5.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "capture_id": "01a220a7-e7cb-7d67-a388-721916a7c754", "engaged_at": "2026-11-28T05:36:44.491337Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.537413Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:45.048179+00', 'tester', '01a220a7-e7c9-7923-b38f-5a6c75f61e8c', '01a220a7-e7f9-74bc-b01c-a81574c8dd80'),
	('funnelcast.qualification.v1', 7, 1, 10, '79ddac4d-ab5d-5c38-918a-2b2aae836bf6', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.537413Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.537413Z", "lifecycle": "mql", "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "capture_id": "01a220a7-e7cb-7d67-a388-721916a7c754", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.537413Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:45.048179+00', 'tester', '01a220a7-e7c9-7923-b38f-5a6c75f61e8c', '01a220a7-e7f9-74bc-b01c-a81574c8dd80'),
	('funnelcast.qualification.v1', 2, 5, 14, '01a220a7-edfa-7d86-b2c8-f953ae8555c9', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 6, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "01a220a7-edfa-7061-95cd-cb48855e3ac4"}, "cycle": 1, "grade": "A", "owner": "bob", "score": "70", "amount": "1000.00", "domain": "company1.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "source": "demo_request", "account": "company1.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "srl", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-edaf-70ed-821e-35e0a4725324", "policy_version": 1}', '2026-11-28 05:36:46.074095+00', '2026-11-28 05:36:46.016769+00', 'tester', '01a220a7-ed02-7558-bd12-8361dc9a9fb9', NULL),
	('funnelcast.qualification.v1', 5, 4, 20, '01a220a7-f59a-70b3-ae5c-1955751db8e3', 'lead-01a220a7-e714-7805-afa4-89302767934d', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "01a220a7-f59b-7021-9c71-422cea93a866"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "3000.00", "domain": "company3.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "source": "demo_request", "account": "company3.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "srl", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f57e-7cae-90a5-c411d975e258", "policy_version": 1}', '2026-11-28 05:36:48.026654+00', '2026-11-28 05:36:48.005446+00', 'tester', '01a220a7-f542-75ed-9937-fc92b47dd3fc', NULL),
	('funnelcast.pipeline.v1', 9, 1, 3, '5453fc9f-cdca-5020-bf9e-67b9bb8bcddc', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-f59b-7021-9c71-422cea93a866"}, "owner": "ann", "stage": "unqualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company3.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e714-7805-afa4-89302767934d"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:48.026654+00', '2026-11-28 05:36:48.228792+00', 'tester', '01a220a7-f542-75ed-9937-fc92b47dd3fc', '01a220a7-f59a-70b3-ae5c-1955751db8e3'),
	('funnelcast.pipeline.v1', 8, 3, 8, '01a220a7-f98f-70fc-976a-1c15c7dd9e4c', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 4, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "won", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "win", "outcome": "won", "product": null, "approach": "hunting", "category": "closed", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "to_stage": "won", "qualified": true, "close_date": "2026-11-20", "from_stage": "negotiation", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "closed", "stage_mapped": true, "from_category": "commit", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.031896+00', 'tester', '01a220a7-f972-71fc-a597-2749b4624f54', NULL),
	('funnelcast.pipeline.v1', 9, 4, 9, '01a220a7-fa33-74e5-bb22-6124a472b175', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "proposal", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "upside", "currency": "EUR", "lead_ids": ["01a220a7-e68f-7173-875b-eca3874690da"], "pipeline": "default", "to_stage": "proposal", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "upside", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:49.202709+00', '2026-11-28 05:36:49.164765+00', 'tester', '01a220a7-f9dc-758b-bf93-207241d0ece6', NULL),
	('funnelcast.qualification.v1', 2, 7, 25, '52bdd203-86f2-5eba-af5f-c3746176600e', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 8, 'lead.customer', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "customer", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-edaf-70ed-821e-35e0a4725324"}', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.446234+00', 'tester', '01a220a7-f972-71fc-a597-2749b4624f54', '01a220a7-f98f-70fc-976a-1c15c7dd9e4c'),
	('funnelcast.qualification.v1', 2, 2, 11, '8471bf6b-4552-5a0d-ad0b-0d5e6c66253c', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 3, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "points": 20, "reason": null, "source": "webinar", "account": "company1.example.com", "details": {"attended": true, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "capture_id": "01a220a7-e843-784d-94ee-05931c851608", "engaged_at": "2026-11-28T05:36:44.611564Z", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.699439+00', '2026-11-28 05:36:45.22969+00', 'tester', '01a220a7-e842-7fa6-b32c-bca486c9522c', '01a220a7-e89c-76b1-951d-f8021b67d29c'),
	('funnelcast.qualification.v1', 2, 3, 12, '01a220a7-ec39-7dcf-921d-3e42f8e48e1e', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 4, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:45.624872+00', '2026-11-28 05:36:45.612565+00', 'tester', '01a220a7-ec09-734e-abbf-bc1765b0b3ed', NULL),
	('funnelcast.qualification.v1', 2, 4, 13, '01a220a7-ecd7-7e8e-8e92-920a1e6584a8', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 5, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7267-bff5-b5d7ea7f28f9"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7a79-af1a-7e8bc07da7b9"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7aee-b4b6-547f9235630c"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7c7b-8ca1-3f0b17e9edb7"}}}, "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:45.783397+00', '2026-11-28 05:36:45.764132+00', 'tester', '01a220a7-ec4d-731f-a212-f436f1c96a3a', NULL),
	('funnelcast.pipeline.v1', 8, 0, 1, '0fb6550c-248e-5988-96bc-20d65939b499', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-edfa-7061-95cd-cb48855e3ac4"}, "owner": "bob", "stage": "unqualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company1.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:46.074095+00', '2026-11-28 05:36:46.389811+00', 'tester', '01a220a7-ed02-7558-bd12-8361dc9a9fb9', '01a220a7-edfa-7d86-b2c8-f953ae8555c9'),
	('funnelcast.qualification.v1', 9, 3, 16, '01a220a7-f0b7-77e6-9d88-542d97c3b11d', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-7710-9fc7-5329681bd617"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-7d22-b5bc-e3e4923b0b29"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-70f9-b8cc-0e6c7ddabc09"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-7f48-b9e4-1cfee61ea322"}}}, "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "mql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:46.774865+00', '2026-11-28 05:36:46.764514+00', 'tester', '01a220a7-f08f-77fe-b939-44508cc3dcef', NULL),
	('funnelcast.pipeline.v1', 9, 0, 2, 'a2cf10a2-c8bf-5eb9-91b3-3dc7d9f68878', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-f137-702e-9ca0-c59f0dba6f83"}, "owner": "ann", "stage": "unqualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company2.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e68f-7173-875b-eca3874690da"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:46.902673+00', '2026-11-28 05:36:47.292626+00', 'tester', '01a220a7-f0cf-73a3-959e-6a5b9424a301', '01a220a7-f137-79e2-ace1-a1c3ae5e4dae'),
	('funnelcast.qualification.v1', 5, 2, 18, '01a220a7-f4bc-7ab4-9c97-4649ad823152', 'lead-01a220a7-e714-7805-afa4-89302767934d', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "mql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:47.803879+00', '2026-11-28 05:36:47.791565+00', 'tester', '01a220a7-f4a2-74d4-9552-f8b274eac2aa', NULL),
	('funnelcast.pipeline.v1', 9, 2, 5, '01a220a7-f88f-7d0e-a74e-0b7ab797fa02', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e68f-7173-875b-eca3874690da"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 1}', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:48.731577+00', 'tester', '01a220a7-f831-739f-8a2a-ea5cc2e901ce', NULL),
	('funnelcast.qualification.v1', 2, 6, 22, '9ef1582c-9e49-515a-9019-8821b47e2465', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 7, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "sql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-edaf-70ed-821e-35e0a4725324"}', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.85925+00', 'tester', '01a220a7-f782-7843-9fb0-b48d7e9c84a3', '01a220a7-f7ee-7908-85de-af1e62ff8594'),
	('funnelcast.qualification.v1', 9, 5, 23, '8d5ba821-3bac-5e03-9b80-185c485f23e8', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "sql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f0fe-7296-a1ed-181c6147627a"}', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:49.034069+00', 'tester', '01a220a7-f831-739f-8a2a-ea5cc2e901ce', '01a220a7-f88f-7d0e-a74e-0b7ab797fa02'),
	('funnelcast.qualification.v1', 5, 5, 24, 'bdf2e3d3-cb0b-52be-ace8-b6d5880697fe', 'lead-01a220a7-e714-7805-afa4-89302767934d', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "sql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f57e-7cae-90a5-c411d975e258"}', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:49.264044+00', 'tester', '01a220a7-f8c6-7ff1-92ac-8b0dbace68e7', '01a220a7-f90b-79ab-b33b-085b7a767448'),
	('funnelcast.qualification.v1', 7, 2, 27, '4f7d9d44-c73c-5bd4-825d-d1958fa566b5', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 3, 'lead.erased', '{"sdr": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": true, "mql_at": "2026-11-28T05:36:44.537413Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.537413Z", "lifecycle": "mql", "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.537413Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null, "opportunity_ids": []}', '2026-11-28 05:36:49.735138+00', '2026-11-28 05:36:50.035757+00', 'tester', '01a220a7-fb71-7330-80c6-0cf960b25045', '01a220a7-fc47-76cc-9835-8ae757f1df8f'),
	('funnelcast.pipeline.v1', 9, 5, 10, '01a220a7-fa90-7c5a-bd15-f7940bcb24bc', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "lost", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": "no_budget", "source": "demo_request", "account": "company3.example.com", "command": "recycle", "outcome": "recycled", "product": null, "approach": "hunting", "category": "omitted", "currency": "EUR", "lead_ids": ["01a220a7-e714-7805-afa4-89302767934d"], "pipeline": "default", "to_stage": "lost", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "omitted", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:49.29601+00', '2026-11-28 05:36:49.27536+00', 'tester', '01a220a7-fa60-7e70-b440-383b06235864', NULL),
	('funnelcast.pipeline.v1', 4, 0, 11, '01a220a7-fb21-7039-b5d4-dede4245bff5', 'opportunity-01a220a7-facf-78ba-a0c1-faf3de6c1595', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-fb21-765a-8259-51d41c9a66ed"}, "owner": "ann", "stage": "unqualified", "amount": "500.50", "motion": "existing_business", "origin": "direct", "source": "sales", "account": "initech.example.com", "outcome": null, "product": null, "approach": "farming", "category": "pipeline", "currency": "EUR", "lead_ids": [], "pipeline": "default", "qualified": false, "close_date": "2026-11-30", "mql_source": null, "external_id": "crm:1", "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:49.441385+00', '2026-11-28 05:36:49.396164+00', 'tester', '01a220a7-fac8-7364-92d9-9055910375f7', NULL),
	('funnelcast.lead-intake.v1', 8, 0, 7, '01a220a7-fc47-76cc-9835-8ae757f1df8f', 'person-01a220a7-e7cb-792b-aaba-c19897467590', 1, 'person.erased', '{"lead_ids": ["01a220a7-e7cb-7bc5-9da5-22ece0eb4646"]}', '2026-11-28 05:36:49.735138+00', '2026-11-28 05:36:49.710254+00', 'tester', '01a220a7-fb71-7330-80c6-0cf960b25045', NULL);


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
	('qualification', 27, '2026-11-28 05:36:53.26682+00'),
	('forecast', 4, '2026-11-28 05:36:53.596039+00'),
	('pipeline', 11, '2026-11-28 05:36:53.871252+00'),
	('intake', 7, '2026-11-28 05:36:54.078827+00');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.alembic_version VALUES
	('0003');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.aliases VALUES
	('opportunity:bb9131a8864d9ece397e07837dccbb693692b13baa1da0eeb316e6b5b4fb1e45', 'opportunity-01a220a7-facf-78ba-a0c1-faf3de6c1595', 'opportunity-01a220a7-facf-78ba-a0c1-faf3de6c1595', '8aec1e45b1da6c63ae3dce62ec9cc41bea7f5636fc39a5c07fc20029d63f6b30');


--
-- Data for Name: answers; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: checkpoints; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.checkpoints VALUES
	('pipeline_read_86b2ac04', 'pipeline', 11, '{}'),
	('reactions', 'qualification', 27, '{"0": 0, "1": 0, "2": 8, "3": 3, "4": 0, "5": 7, "6": 0, "7": 3, "8": 0, "9": 6, "10": 0, "11": 0}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: events; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.events VALUES
	(1, '0fb6550c-248e-5988-96bc-20d65939b499', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-edfa-7061-95cd-cb48855e3ac4"}, "owner": "bob", "stage": "unqualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company1.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:46.074095+00', '2026-11-28 05:36:46.389811+00', 'tester', '01a220a7-ed02-7558-bd12-8361dc9a9fb9', '01a220a7-edfa-7d86-b2c8-f953ae8555c9'),
	(2, 'a2cf10a2-c8bf-5eb9-91b3-3dc7d9f68878', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-f137-702e-9ca0-c59f0dba6f83"}, "owner": "ann", "stage": "unqualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company2.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e68f-7173-875b-eca3874690da"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:46.902673+00', '2026-11-28 05:36:47.292626+00', 'tester', '01a220a7-f0cf-73a3-959e-6a5b9424a301', '01a220a7-f137-79e2-ace1-a1c3ae5e4dae'),
	(3, '5453fc9f-cdca-5020-bf9e-67b9bb8bcddc', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-f59b-7021-9c71-422cea93a866"}, "owner": "ann", "stage": "unqualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "source": "demo_request", "account": "company3.example.com", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e714-7805-afa4-89302767934d"], "pipeline": "default", "qualified": false, "close_date": "2026-12-15", "mql_source": "demo_request", "external_id": null, "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:48.026654+00', '2026-11-28 05:36:48.228792+00', 'tester', '01a220a7-f542-75ed-9937-fc92b47dd3fc', '01a220a7-f59a-70b3-ae5c-1955751db8e3'),
	(4, '01a220a7-f7ee-7908-85de-af1e62ff8594', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 2, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "qualified", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 2}', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.564271+00', 'tester', '01a220a7-f782-7843-9fb0-b48d7e9c84a3', NULL),
	(5, '01a220a7-f88f-7d0e-a74e-0b7ab797fa02', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e68f-7173-875b-eca3874690da"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 1}', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:48.731577+00', 'tester', '01a220a7-f831-739f-8a2a-ea5cc2e901ce', NULL),
	(6, '01a220a7-f90b-79ab-b33b-085b7a767448', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', 2, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "qualified", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company3.example.com", "command": "qualify", "outcome": null, "product": null, "approach": "hunting", "category": "pipeline", "currency": "EUR", "lead_ids": ["01a220a7-e714-7805-afa4-89302767934d"], "pipeline": "default", "to_stage": "qualified", "qualified": true, "close_date": "2026-12-15", "from_stage": "unqualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "pipeline", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:48.867788+00', 'tester', '01a220a7-f8c6-7ff1-92ac-8b0dbace68e7', NULL),
	(7, '01a220a7-f95a-7bc3-a5c4-8dc892e56253', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 3, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "negotiation", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "commit", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "to_stage": "negotiation", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "commit", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:48.986679+00', '2026-11-28 05:36:48.970626+00', 'tester', '01a220a7-f92b-7e0e-b58c-664bc7f02a16', NULL),
	(8, '01a220a7-f98f-70fc-976a-1c15c7dd9e4c', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', 4, 'opportunity.stage_changed', '{"note": null, "owner": "bob", "stage": "won", "amount": "1000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company1.example.com", "command": "win", "outcome": "won", "product": null, "approach": "hunting", "category": "closed", "currency": "EUR", "lead_ids": ["01a220a7-e614-7d80-a5d8-77f0fdfb531e"], "pipeline": "default", "to_stage": "won", "qualified": true, "close_date": "2026-11-20", "from_stage": "negotiation", "mql_source": "demo_request", "external_id": null, "from_amount": "1000.00", "to_category": "closed", "stage_mapped": true, "from_category": "commit", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.031896+00', 'tester', '01a220a7-f972-71fc-a597-2749b4624f54', NULL),
	(11, '01a220a7-fb21-7039-b5d4-dede4245bff5', 'opportunity-01a220a7-facf-78ba-a0c1-faf3de6c1595', 1, 'opportunity.opened', '{"name": {"ref": "01a220a7-fb21-765a-8259-51d41c9a66ed"}, "owner": "ann", "stage": "unqualified", "amount": "500.50", "motion": "existing_business", "origin": "direct", "source": "sales", "account": "initech.example.com", "outcome": null, "product": null, "approach": "farming", "category": "pipeline", "currency": "EUR", "lead_ids": [], "pipeline": "default", "qualified": false, "close_date": "2026-11-30", "mql_source": null, "external_id": "crm:1", "stage_mapped": true, "process_version": 0, "amount_estimated": false, "category_by_hand": false}', '2026-11-28 05:36:49.441385+00', '2026-11-28 05:36:49.396164+00', 'tester', '01a220a7-fac8-7364-92d9-9055910375f7', NULL),
	(9, '01a220a7-fa33-74e5-bb22-6124a472b175', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "proposal", "amount": "2000.00", "motion": "new_business", "origin": "lead", "reason": null, "source": "demo_request", "account": "company2.example.com", "command": "advance", "outcome": null, "product": null, "approach": "hunting", "category": "upside", "currency": "EUR", "lead_ids": ["01a220a7-e68f-7173-875b-eca3874690da"], "pipeline": "default", "to_stage": "proposal", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "2000.00", "to_category": "upside", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:49.202709+00', '2026-11-28 05:36:49.164765+00', 'tester', '01a220a7-f9dc-758b-bf93-207241d0ece6', NULL),
	(10, '01a220a7-fa90-7c5a-bd15-f7940bcb24bc', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', 3, 'opportunity.stage_changed', '{"note": null, "owner": "ann", "stage": "lost", "amount": "3000.00", "motion": "new_business", "origin": "lead", "reason": "no_budget", "source": "demo_request", "account": "company3.example.com", "command": "recycle", "outcome": "recycled", "product": null, "approach": "hunting", "category": "omitted", "currency": "EUR", "lead_ids": ["01a220a7-e714-7805-afa4-89302767934d"], "pipeline": "default", "to_stage": "lost", "qualified": true, "close_date": "2026-12-15", "from_stage": "qualified", "mql_source": "demo_request", "external_id": null, "from_amount": "3000.00", "to_category": "omitted", "stage_mapped": true, "from_category": "pipeline", "from_close_date": "2026-12-15", "process_version": 0, "amount_estimated": false, "category_by_hand": false, "seconds_in_from_stage": 0}', '2026-11-28 05:36:49.29601+00', '2026-11-28 05:36:49.27536+00', 'tester', '01a220a7-fa60-7e70-b440-383b06235864', NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.published VALUES
	(true, 11, '2026-11-28 05:36:53.871252+00');


--
-- Data for Name: skipped; Type: TABLE DATA; Schema: pipeline; Owner: -
--



--
-- Data for Name: vault; Type: TABLE DATA; Schema: pipeline; Owner: -
--

INSERT INTO pipeline.vault VALUES
	('01a220a7-edfa-7061-95cd-cb48855e3ac4', 'opportunity-01a220a7-edaf-70ed-821e-35e0a4725324', '"Seats 0"'),
	('01a220a7-f137-702e-9ca0-c59f0dba6f83', 'opportunity-01a220a7-f0fe-7296-a1ed-181c6147627a', '"Seats 1"'),
	('01a220a7-f59b-7021-9c71-422cea93a866', 'opportunity-01a220a7-f57e-7cae-90a5-c411d975e258', '"Seats 2"'),
	('01a220a7-fb21-765a-8259-51d41c9a66ed', 'opportunity-01a220a7-facf-78ba-a0c1-faf3de6c1595', '"More"');


--
-- Data for Name: opportunities; Type: TABLE DATA; Schema: pipeline_read_86b2ac04; Owner: -
--

INSERT INTO pipeline_read_86b2ac04.opportunities VALUES
	('01a220a7-edaf-70ed-821e-35e0a4725324', '01a220a7-edfa-7061-95cd-cb48855e3ac4', NULL, 'company1.example.com', 'bob', 'new_business', 'hunting', 'default', 'won', 'closed', 1000.0000, 'EUR', false, '2026-11-20', true, 'won', '{01a220a7-e614-7d80-a5d8-77f0fdfb531e}', 'demo_request', 4),
	('01a220a7-f0fe-7296-a1ed-181c6147627a', '01a220a7-f137-702e-9ca0-c59f0dba6f83', NULL, 'company2.example.com', 'ann', 'new_business', 'hunting', 'default', 'proposal', 'upside', 2000.0000, 'EUR', false, '2026-12-15', true, NULL, '{01a220a7-e68f-7173-875b-eca3874690da}', 'demo_request', 3),
	('01a220a7-f57e-7cae-90a5-c411d975e258', '01a220a7-f59b-7021-9c71-422cea93a866', NULL, 'company3.example.com', 'ann', 'new_business', 'hunting', 'default', 'lost', 'omitted', 3000.0000, 'EUR', false, '2026-12-15', true, 'recycled', '{01a220a7-e714-7805-afa4-89302767934d}', 'demo_request', 3),
	('01a220a7-facf-78ba-a0c1-faf3de6c1595', '01a220a7-fb21-765a-8259-51d41c9a66ed', 'crm:1', 'initech.example.com', 'ann', 'existing_business', 'farming', 'default', 'unqualified', 'pipeline', 500.5000, 'EUR', false, '2026-11-30', false, NULL, '{}', 'sales', 1);


--
-- Data for Name: stage_visits; Type: TABLE DATA; Schema: pipeline_read_86b2ac04; Owner: -
--

INSERT INTO pipeline_read_86b2ac04.stage_visits VALUES
	('01a220a7-edaf-70ed-821e-35e0a4725324', 1, 'unqualified', NULL, '2026-11-28 05:36:46.074095+00', '2026-11-28 05:36:48.62217+00', 1000.0000, 'EUR', 'pipeline', 'tester'),
	('01a220a7-f0fe-7296-a1ed-181c6147627a', 1, 'unqualified', NULL, '2026-11-28 05:36:46.902673+00', '2026-11-28 05:36:48.78368+00', 2000.0000, 'EUR', 'pipeline', 'tester'),
	('01a220a7-f57e-7cae-90a5-c411d975e258', 1, 'unqualified', NULL, '2026-11-28 05:36:48.026654+00', '2026-11-28 05:36:48.906747+00', 3000.0000, 'EUR', 'pipeline', 'tester'),
	('01a220a7-edaf-70ed-821e-35e0a4725324', 2, 'qualified', 'unqualified', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.986679+00', 1000.0000, 'EUR', 'pipeline', 'tester'),
	('01a220a7-edaf-70ed-821e-35e0a4725324', 3, 'negotiation', 'qualified', '2026-11-28 05:36:48.986679+00', '2026-11-28 05:36:49.038997+00', 1000.0000, 'EUR', 'commit', 'tester'),
	('01a220a7-edaf-70ed-821e-35e0a4725324', 4, 'won', 'negotiation', '2026-11-28 05:36:49.038997+00', NULL, 1000.0000, 'EUR', 'closed', 'tester'),
	('01a220a7-f0fe-7296-a1ed-181c6147627a', 2, 'qualified', 'unqualified', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:49.202709+00', 2000.0000, 'EUR', 'pipeline', 'tester'),
	('01a220a7-f0fe-7296-a1ed-181c6147627a', 3, 'proposal', 'qualified', '2026-11-28 05:36:49.202709+00', NULL, 2000.0000, 'EUR', 'upside', 'tester'),
	('01a220a7-f57e-7cae-90a5-c411d975e258', 2, 'qualified', 'unqualified', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:49.29601+00', 3000.0000, 'EUR', 'pipeline', 'tester'),
	('01a220a7-f57e-7cae-90a5-c411d975e258', 3, 'lost', 'qualified', '2026-11-28 05:36:49.29601+00', NULL, 3000.0000, 'EUR', 'omitted', 'tester'),
	('01a220a7-facf-78ba-a0c1-faf3de6c1595', 1, 'unqualified', NULL, '2026-11-28 05:36:49.441385+00', NULL, 500.5000, 'EUR', 'pipeline', 'tester');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.alembic_version VALUES
	('0003');


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
	('reactions', 'pipeline', 11, '{"0": 0, "1": 0, "2": 0, "3": 0, "4": 1, "5": 0, "6": 0, "7": 0, "8": 4, "9": 6, "10": 0, "11": 0}'),
	('qualification_read_07a66704', 'pipeline', 11, '{"0": 0, "1": 0, "2": 0, "3": 0, "4": 1, "5": 0, "6": 0, "7": 0, "8": 4, "9": 6, "10": 0, "11": 0}'),
	('reactions', 'intake', 7, '{"0": 0, "1": 0, "2": 2, "3": 1, "4": 0, "5": 1, "6": 0, "7": 1, "8": 1, "9": 1, "10": 0, "11": 0}'),
	('qualification_read_07a66704', 'qualification', 27, '{}');


--
-- Data for Name: erased; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.erased VALUES
	('lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', '2026-11-28 05:36:50.054368+00');


--
-- Data for Name: events; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.events VALUES
	(1, 'd86ca6c7-4fe0-50a5-9823-00f9120a4611', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company1.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "capture_id": "01a220a7-e614-7d3c-9e54-affcf2cfa9e2", "engaged_at": "2026-11-28T05:36:44.052315Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.429597+00', 'tester', '01a220a7-e5f9-729a-9edc-57b1640c656d', '01a220a7-e66b-7c61-ac57-f495051fe5c1'),
	(2, '6887490d-9fba-54c0-8bf9-f5981d9591d3', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "capture_id": "01a220a7-e614-7d3c-9e54-affcf2cfa9e2", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.138783+00', '2026-11-28 05:36:44.429597+00', 'tester', '01a220a7-e5f9-729a-9edc-57b1640c656d', '01a220a7-e66b-7c61-ac57-f495051fe5c1'),
	(3, '300fbedd-51d4-5728-8566-c1c1d2385ea8', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company2.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company2.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "capture_id": "01a220a7-e68f-7c97-889c-8448c26febdd", "engaged_at": "2026-11-28T05:36:44.175539Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.535287+00', 'tester', '01a220a7-e68e-7723-9915-486f09978382', '01a220a7-e6b6-793e-9a78-3da878a76b86'),
	(4, '367eb4b4-45c4-5cdf-80aa-b0ba51574a2d', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "mql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "capture_id": "01a220a7-e68f-7c97-889c-8448c26febdd", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.214068+00', '2026-11-28 05:36:44.535287+00', 'tester', '01a220a7-e68e-7723-9915-486f09978382', '01a220a7-e6b6-793e-9a78-3da878a76b86'),
	(5, 'c80235d1-e8c9-5ed1-9b34-09f1c85ab2fc', 'lead-01a220a7-e714-7805-afa4-89302767934d', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company3.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company3.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "capture_id": "01a220a7-e710-7b3b-bb7c-3239a51a0735", "engaged_at": "2026-11-28T05:36:44.304518Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e70f-75da-921c-62ef0b6104b8', '01a220a7-e732-74d6-9913-42cd88cd5119'),
	(6, 'f9f96d69-cf5b-58b8-87d9-b36010c0037f', 'lead-01a220a7-e714-7805-afa4-89302767934d', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "mql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "capture_id": "01a220a7-e710-7b3b-bb7c-3239a51a0735", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.337767+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e70f-75da-921c-62ef0b6104b8', '01a220a7-e732-74d6-9913-42cd88cd5119'),
	(7, 'c2dad0f7-7dbb-5054-99e2-b85b30f62c28', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company4.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company4.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "capture_id": "01a220a7-e76b-76fd-97d2-8788be97e248", "engaged_at": "2026-11-28T05:36:44.395732Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.448972Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e76b-74b1-9ae6-473eac5fb8dd', '01a220a7-e7a1-76de-95dd-f2b142d67b0d'),
	(8, '22ac8cfb-d181-5ae6-8cd9-6ddd6567ce44', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.448972Z", "reason": null, "account": "company4.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.448972Z", "lifecycle": "mql", "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "capture_id": "01a220a7-e76b-76fd-97d2-8788be97e248", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.448972Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.448972+00', '2026-11-28 05:36:44.829945+00', 'tester', '01a220a7-e76b-74b1-9ae6-473eac5fb8dd', '01a220a7-e7a1-76de-95dd-f2b142d67b0d'),
	(9, '76e44cbd-52e9-5178-ba30-08ff7010abe0', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 1, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 0, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": null, "points": 50, "reason": null, "source": "demo_request", "account": "company5.example.com", "details": {"attended": null, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company5.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": null, "lifecycle": "captured", "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "capture_id": "01a220a7-e7cb-7d67-a388-721916a7c754", "engaged_at": "2026-11-28T05:36:44.491337Z", "mql_source": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.537413Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:45.048179+00', 'tester', '01a220a7-e7c9-7923-b38f-5a6c75f61e8c', '01a220a7-e7f9-74bc-b01c-a81574c8dd80'),
	(10, '79ddac4d-ab5d-5c38-918a-2b2aae836bf6', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 2, 'lead.mql', '{"sdr": null, "note": null, "began": "crossing", "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.537413Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.537413Z", "lifecycle": "mql", "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "capture_id": "01a220a7-e7cb-7d67-a388-721916a7c754", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.537413Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.537413+00', '2026-11-28 05:36:45.048179+00', 'tester', '01a220a7-e7c9-7923-b38f-5a6c75f61e8c', '01a220a7-e7f9-74bc-b01c-a81574c8dd80'),
	(11, '8471bf6b-4552-5a0d-ad0b-0d5e6c66253c', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 3, 'lead.engaged', '{"sdr": null, "above": true, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "points": 20, "reason": null, "source": "webinar", "account": "company1.example.com", "details": {"attended": true, "asset_type": null, "double_opt_in": null}, "profile": {"role": "director", "domain": "company1.example.com", "country": null, "industry": null, "employees": 250, "email_kind": "business"}, "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "capture_id": "01a220a7-e843-784d-94ee-05931c851608", "engaged_at": "2026-11-28T05:36:44.611564Z", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:44.699439+00', '2026-11-28 05:36:45.22969+00', 'tester', '01a220a7-e842-7fa6-b32c-bca486c9522c', '01a220a7-e89c-76b1-951d-f8021b67d29c'),
	(12, '01a220a7-ec39-7dcf-921d-3e42f8e48e1e', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 4, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:45.624872+00', '2026-11-28 05:36:45.612565+00', 'tester', '01a220a7-ec09-734e-abbf-bc1765b0b3ed', NULL),
	(13, '01a220a7-ecd7-7e8e-8e92-920a1e6584a8', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 5, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7267-bff5-b5d7ea7f28f9"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7a79-af1a-7e8bc07da7b9"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7aee-b4b6-547f9235630c"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-ecd7-7c7b-8ca1-3f0b17e9edb7"}}}, "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "mql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:45.783397+00', '2026-11-28 05:36:45.764132+00', 'tester', '01a220a7-ec4d-731f-a212-f436f1c96a3a', NULL),
	(15, '01a220a7-f083-7f9d-ba06-357862b4566c', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "mql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:46.72318+00', '2026-11-28 05:36:46.713743+00', 'tester', '01a220a7-f068-76f9-a3bb-dfaf16bbab83', NULL),
	(16, '01a220a7-f0b7-77e6-9d88-542d97c3b11d', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-7710-9fc7-5329681bd617"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-7d22-b5bc-e3e4923b0b29"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-70f9-b8cc-0e6c7ddabc09"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f0b7-7f48-b9e4-1cfee61ea322"}}}, "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "mql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:46.774865+00', '2026-11-28 05:36:46.764514+00', 'tester', '01a220a7-f08f-77fe-b939-44508cc3dcef', NULL),
	(14, '01a220a7-edfa-7d86-b2c8-f953ae8555c9', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 6, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "01a220a7-edfa-7061-95cd-cb48855e3ac4"}, "cycle": 1, "grade": "A", "owner": "bob", "score": "70", "amount": "1000.00", "domain": "company1.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "source": "demo_request", "account": "company1.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "srl", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-edaf-70ed-821e-35e0a4725324", "policy_version": 1}', '2026-11-28 05:36:46.074095+00', '2026-11-28 05:36:46.016769+00', 'tester', '01a220a7-ed02-7558-bd12-8361dc9a9fb9', NULL),
	(17, '01a220a7-f137-79e2-ace1-a1c3ae5e4dae', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "01a220a7-f137-702e-9ca0-c59f0dba6f83"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "2000.00", "domain": "company2.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "source": "demo_request", "account": "company2.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "srl", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f0fe-7296-a1ed-181c6147627a", "policy_version": 1}', '2026-11-28 05:36:46.902673+00', '2026-11-28 05:36:46.878311+00', 'tester', '01a220a7-f0cf-73a3-959e-6a5b9424a301', NULL),
	(18, '01a220a7-f4bc-7ab4-9c97-4649ad823152', 'lead-01a220a7-e714-7805-afa4-89302767934d', 3, 'lead.claimed', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "mql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:47.803879+00', '2026-11-28 05:36:47.791565+00', 'tester', '01a220a7-f4a2-74d4-9552-f8b274eac2aa', NULL),
	(19, '01a220a7-f51a-7f5f-8c9e-18912976b670', 'lead-01a220a7-e714-7805-afa4-89302767934d', 4, 'lead.bant_changed', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "changed": {"need": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-711c-82be-88f4753d0866"}}, "budget": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-7fd0-bb9e-deb462aecb77"}}, "timing": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-73be-a858-f042a0af7ad2"}}, "authority": {"by": "tester", "status": "met", "evidence": {"ref": "01a220a7-f51a-7140-99f7-40b4ffa2714f"}}}, "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "mql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:47.897976+00', '2026-11-28 05:36:47.889672+00', 'tester', '01a220a7-f4dc-71a5-8c5c-136ae5337290', NULL),
	(21, '01a220a7-f75b-7b5d-8e21-a9045456845c', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', 3, 'lead.nurtured', '{"sdr": null, "note": {"ref": "01a220a7-f75b-72d1-88e3-a4401e1e448c"}, "cycle": 1, "grade": "A", "score": "50", "domain": "company4.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.448972Z", "reason": "bad_timing", "account": "company4.example.com", "because": "nurtured", "refused": null, "touch_by": "2026-11-28T06:36:44.448972Z", "lifecycle": "nurture", "person_id": "01a220a7-e76b-729a-a158-f32eb404d96e", "mql_source": "demo_request", "revisit_on": "2027-03-01", "touched_at": null, "captured_at": "2026-11-28T05:36:44.448972Z", "external_id": "site:4", "lead_source": "demo_request", "next_revisit": "2027-03-01", "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:48.47534+00', '2026-11-28 05:36:48.463647+00', 'tester', '01a220a7-f743-7f01-a6c8-0b5fa1df1d03', NULL),
	(24, 'bdf2e3d3-cb0b-52be-ace8-b6d5880697fe', 'lead-01a220a7-e714-7805-afa4-89302767934d', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "account": "company3.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "sql", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f57e-7cae-90a5-c411d975e258"}', '2026-11-28 05:36:48.906747+00', '2026-11-28 05:36:49.264044+00', 'tester', '01a220a7-f8c6-7ff1-92ac-8b0dbace68e7', '01a220a7-f90b-79ab-b33b-085b7a767448'),
	(25, '52bdd203-86f2-5eba-af5f-c3746176600e', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 8, 'lead.customer', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "customer", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-edaf-70ed-821e-35e0a4725324"}', '2026-11-28 05:36:49.038997+00', '2026-11-28 05:36:49.446234+00', 'tester', '01a220a7-f972-71fc-a597-2749b4624f54', '01a220a7-f98f-70fc-976a-1c15c7dd9e4c'),
	(27, '4f7d9d44-c73c-5bd4-825d-d1958fa566b5', 'lead-01a220a7-e7cb-7bc5-9da5-22ece0eb4646', 3, 'lead.erased', '{"sdr": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company5.example.com", "erased": true, "mql_at": "2026-11-28T05:36:44.537413Z", "reason": null, "account": "company5.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.537413Z", "lifecycle": "mql", "person_id": "01a220a7-e7cb-792b-aaba-c19897467590", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.537413Z", "external_id": "site:5", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null, "opportunity_ids": []}', '2026-11-28 05:36:49.735138+00', '2026-11-28 05:36:50.035757+00', 'tester', '01a220a7-fb71-7330-80c6-0cf960b25045', '01a220a7-fc47-76cc-9835-8ae757f1df8f'),
	(20, '01a220a7-f59a-70b3-ae5c-1955751db8e3', 'lead-01a220a7-e714-7805-afa4-89302767934d', 5, 'lead.srl', '{"sdr": "sam", "bant": {"need": "met", "budget": "met", "timing": "met", "authority": "met"}, "name": {"ref": "01a220a7-f59b-7021-9c71-422cea93a866"}, "cycle": 1, "grade": "A", "owner": "ann", "score": "50", "amount": "3000.00", "domain": "company3.example.com", "erased": false, "motion": "new_business", "mql_at": "2026-11-28T05:36:44.337767Z", "reason": null, "source": "demo_request", "account": "company3.example.com", "product": null, "refused": null, "attached": false, "currency": "EUR", "pipeline": "default", "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "srl", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "close_date": "2026-12-15", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f57e-7cae-90a5-c411d975e258", "policy_version": 1}', '2026-11-28 05:36:48.026654+00', '2026-11-28 05:36:48.005446+00', 'tester', '01a220a7-f542-75ed-9937-fc92b47dd3fc', NULL),
	(22, '9ef1582c-9e49-515a-9019-8821b47e2465', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', 7, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "70", "domain": "company1.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.138783Z", "reason": null, "account": "company1.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.138783Z", "lifecycle": "sql", "person_id": "01a220a7-e614-7622-a8e5-7738c42a2df3", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.138783Z", "external_id": "site:1", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-edaf-70ed-821e-35e0a4725324"}', '2026-11-28 05:36:48.62217+00', '2026-11-28 05:36:48.85925+00', 'tester', '01a220a7-f782-7843-9fb0-b48d7e9c84a3', '01a220a7-f7ee-7908-85de-af1e62ff8594'),
	(23, '8d5ba821-3bac-5e03-9b80-185c485f23e8', 'lead-01a220a7-e68f-7173-875b-eca3874690da', 6, 'lead.sql', '{"sdr": "sam", "cycle": 1, "grade": "A", "score": "50", "domain": "company2.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.214068Z", "reason": null, "account": "company2.example.com", "refused": null, "touch_by": "2026-11-28T06:36:44.214068Z", "lifecycle": "sql", "person_id": "01a220a7-e68f-7eb3-98a1-094fd6fb444b", "mql_source": "demo_request", "touched_at": null, "captured_at": "2026-11-28T05:36:44.214068Z", "external_id": "site:2", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": "01a220a7-f0fe-7296-a1ed-181c6147627a"}', '2026-11-28 05:36:48.78368+00', '2026-11-28 05:36:49.034069+00', 'tester', '01a220a7-f831-739f-8a2a-ea5cc2e901ce', '01a220a7-f88f-7d0e-a74e-0b7ab797fa02'),
	(26, 'cab7305f-5d54-5188-973f-0a89a4c4a75c', 'lead-01a220a7-e714-7805-afa4-89302767934d', 7, 'lead.nurtured', '{"sdr": "sam", "note": null, "cycle": 1, "grade": "A", "score": "50", "domain": "company3.example.com", "erased": false, "mql_at": "2026-11-28T05:36:44.337767Z", "reason": "no_budget", "account": "company3.example.com", "because": "recycled", "refused": null, "touch_by": "2026-11-28T06:36:44.337767Z", "lifecycle": "nurture", "person_id": "01a220a7-e710-7dc6-bdf4-8a13c66edb65", "mql_source": "demo_request", "revisit_on": null, "touched_at": null, "captured_at": "2026-11-28T05:36:44.337767Z", "external_id": "site:3", "lead_source": "demo_request", "next_revisit": null, "model_version": 1, "opportunity_id": null}', '2026-11-28 05:36:49.29601+00', '2026-11-28 05:36:49.782291+00', 'tester', '01a220a7-fa60-7e70-b440-383b06235864', '01a220a7-fa90-7c5a-bd15-f7940bcb24bc');


--
-- Data for Name: parked; Type: TABLE DATA; Schema: qualification; Owner: -
--



--
-- Data for Name: published; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.published VALUES
	(true, 27, '2026-11-28 05:36:53.26682+00');


--
-- Data for Name: skipped; Type: TABLE DATA; Schema: qualification; Owner: -
--



--
-- Data for Name: vault; Type: TABLE DATA; Schema: qualification; Owner: -
--

INSERT INTO qualification.vault VALUES
	('01a220a7-ecd7-7a79-af1a-7e8bc07da7b9', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', '"said so"'),
	('01a220a7-ecd7-7c7b-8ca1-3f0b17e9edb7', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', '"said so"'),
	('01a220a7-ecd7-7267-bff5-b5d7ea7f28f9', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', '"said so"'),
	('01a220a7-ecd7-7aee-b4b6-547f9235630c', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', '"said so"'),
	('01a220a7-edfa-7061-95cd-cb48855e3ac4', 'lead-01a220a7-e614-7d80-a5d8-77f0fdfb531e', '"Seats 0"'),
	('01a220a7-f0b7-7d22-b5bc-e3e4923b0b29', 'lead-01a220a7-e68f-7173-875b-eca3874690da', '"said so"'),
	('01a220a7-f0b7-7f48-b9e4-1cfee61ea322', 'lead-01a220a7-e68f-7173-875b-eca3874690da', '"said so"'),
	('01a220a7-f0b7-7710-9fc7-5329681bd617', 'lead-01a220a7-e68f-7173-875b-eca3874690da', '"said so"'),
	('01a220a7-f0b7-70f9-b8cc-0e6c7ddabc09', 'lead-01a220a7-e68f-7173-875b-eca3874690da', '"said so"'),
	('01a220a7-f137-702e-9ca0-c59f0dba6f83', 'lead-01a220a7-e68f-7173-875b-eca3874690da', '"Seats 1"'),
	('01a220a7-f51a-7fd0-bb9e-deb462aecb77', 'lead-01a220a7-e714-7805-afa4-89302767934d', '"said so"'),
	('01a220a7-f51a-7140-99f7-40b4ffa2714f', 'lead-01a220a7-e714-7805-afa4-89302767934d', '"said so"'),
	('01a220a7-f51a-711c-82be-88f4753d0866', 'lead-01a220a7-e714-7805-afa4-89302767934d', '"said so"'),
	('01a220a7-f51a-73be-a858-f042a0af7ad2', 'lead-01a220a7-e714-7805-afa4-89302767934d', '"said so"'),
	('01a220a7-f59b-7021-9c71-422cea93a866', 'lead-01a220a7-e714-7805-afa4-89302767934d', '"Seats 2"'),
	('01a220a7-f75b-72d1-88e3-a4401e1e448c', 'lead-01a220a7-e76b-7b2a-8da9-778f0abf4d18', '"after summer"');


--
-- Data for Name: deals; Type: TABLE DATA; Schema: qualification_read_07a66704; Owner: -
--

INSERT INTO qualification_read_07a66704.deals VALUES
	('01a220a7-edaf-70ed-821e-35e0a4725324', 'company1.example.com', 'bob', 'new_business', 'default', 'won'),
	('01a220a7-f0fe-7296-a1ed-181c6147627a', 'company2.example.com', 'ann', 'new_business', 'default', NULL),
	('01a220a7-f57e-7cae-90a5-c411d975e258', 'company3.example.com', 'ann', 'new_business', 'default', 'recycled'),
	('01a220a7-facf-78ba-a0c1-faf3de6c1595', 'initech.example.com', 'ann', 'existing_business', 'default', NULL);


--
-- Data for Name: leads; Type: TABLE DATA; Schema: qualification_read_07a66704; Owner: -
--

INSERT INTO qualification_read_07a66704.leads VALUES
	('01a220a7-e76b-7b2a-8da9-778f0abf4d18', '01a220a7-e76b-729a-a158-f32eb404d96e', 'site:4', 'demo_request', '2026-11-28 05:36:44.448972+00', 'company4.example.com', 'nurture', 1, '2026-11-28 05:36:44.448972+00', 'demo_request', '2026-11-28 06:36:44.448972+00', NULL, NULL, NULL, NULL, 'bad_timing', '2027-03-01', 'A', 50.0000, 1, false, 0, 'A'),
	('01a220a7-e68f-7173-875b-eca3874690da', '01a220a7-e68f-7eb3-98a1-094fd6fb444b', 'site:2', 'demo_request', '2026-11-28 05:36:44.214068+00', 'company2.example.com', 'sql', 1, '2026-11-28 05:36:44.214068+00', 'demo_request', '2026-11-28 06:36:44.214068+00', NULL, 'sam', NULL, '01a220a7-f0fe-7296-a1ed-181c6147627a', NULL, NULL, 'A', 50.0000, 1, false, 0, 'A'),
	('01a220a7-e614-7d80-a5d8-77f0fdfb531e', '01a220a7-e614-7622-a8e5-7738c42a2df3', 'site:1', 'demo_request', '2026-11-28 05:36:44.138783+00', 'company1.example.com', 'customer', 1, '2026-11-28 05:36:44.138783+00', 'demo_request', '2026-11-28 06:36:44.138783+00', NULL, 'sam', NULL, '01a220a7-edaf-70ed-821e-35e0a4725324', NULL, NULL, 'A', 70.0000, 1, false, 0, 'A'),
	('01a220a7-e714-7805-afa4-89302767934d', '01a220a7-e710-7dc6-bdf4-8a13c66edb65', 'site:3', 'demo_request', '2026-11-28 05:36:44.337767+00', 'company3.example.com', 'nurture', 1, '2026-11-28 05:36:44.337767+00', 'demo_request', '2026-11-28 06:36:44.337767+00', NULL, 'sam', NULL, NULL, 'no_budget', NULL, 'A', 50.0000, 1, false, 0, 'A'),
	('01a220a7-e7cb-7bc5-9da5-22ece0eb4646', '01a220a7-e7cb-792b-aaba-c19897467590', 'site:5', 'demo_request', '2026-11-28 05:36:44.537413+00', 'company5.example.com', 'mql', 1, '2026-11-28 05:36:44.537413+00', 'demo_request', '2026-11-28 06:36:44.537413+00', NULL, NULL, NULL, NULL, NULL, NULL, 'A', 50.0000, 1, true, 0, 'A');


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
-- Name: skipped skipped_pkey; Type: CONSTRAINT; Schema: forecast; Owner: -
--

ALTER TABLE ONLY forecast.skipped
    ADD CONSTRAINT skipped_pkey PRIMARY KEY (subscription, source, "position");


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
-- Name: skipped skipped_pkey; Type: CONSTRAINT; Schema: intake; Owner: -
--

ALTER TABLE ONLY intake.skipped
    ADD CONSTRAINT skipped_pkey PRIMARY KEY (subscription, source, "position");


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
-- Name: skipped skipped_pkey; Type: CONSTRAINT; Schema: pipeline; Owner: -
--

ALTER TABLE ONLY pipeline.skipped
    ADD CONSTRAINT skipped_pkey PRIMARY KEY (subscription, source, "position");


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
-- Name: skipped skipped_pkey; Type: CONSTRAINT; Schema: qualification; Owner: -
--

ALTER TABLE ONLY qualification.skipped
    ADD CONSTRAINT skipped_pkey PRIMARY KEY (subscription, source, "position");


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


