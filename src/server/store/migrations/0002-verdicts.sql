-- What a canary lab found, by what it depends on: rung, engine, kernel, images. A lab says under which one it ran.
CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

ALTER TABLE labs ADD COLUMN verdict_id INTEGER REFERENCES verdicts (id);
