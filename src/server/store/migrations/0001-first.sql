CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE learners (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  name TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE labs (
  id TEXT PRIMARY KEY,
  learner_id TEXT NOT NULL REFERENCES learners (id),
  spec_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('starting', 'ready', 'ending', 'ended')),
  generation INTEGER NOT NULL,
  isolation TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  max_expires_at INTEGER NOT NULL,
  last_active_at INTEGER NOT NULL,
  lesson_id TEXT,
  step_id TEXT,
  ended_because TEXT,
  ended_by TEXT,
  ended_at INTEGER,
  failure TEXT
) STRICT;

-- One live lab per learner: two tabs and a double click cannot make two.
CREATE UNIQUE INDEX one_live_lab ON labs (learner_id) WHERE state <> 'ended';
CREATE INDEX labs_by_state ON labs (state);

CREATE TABLE sandboxes (
  id TEXT PRIMARY KEY,
  -- What it serves: a lab, the pool (no lab yet), or a run of lesson tests.
  purpose TEXT NOT NULL CHECK (purpose IN ('pool', 'lab', 'test')),
  lab_id TEXT REFERENCES labs (id),
  generation INTEGER,
  shape TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('creating', 'ready', 'removing', 'removed')),
  engine_ref TEXT,
  created_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  last_output TEXT
) STRICT;

CREATE INDEX sandboxes_by_state ON sandboxes (state);

CREATE TABLE progress (
  learner_id TEXT NOT NULL REFERENCES learners (id),
  lesson_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  passed_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  hints INTEGER NOT NULL DEFAULT 0,
  solution_seen INTEGER NOT NULL DEFAULT 0,
  prediction TEXT,
  answers TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (learner_id, lesson_id, step_id)
) STRICT;

-- Secrets are stored as SHA-256 only.
CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('instructor', 'resume')),
  learner_id TEXT REFERENCES learners (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

CREATE TABLE instructor_sessions (
  token_hash TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
