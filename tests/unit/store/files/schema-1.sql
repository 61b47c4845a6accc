BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'pilotlab','m001_first_tables','2026-11-29 02:40:49.607359+00:00');
CREATE TABLE amendments (
  pilot TEXT NOT NULL REFERENCES freezes(pilot),
  number INTEGER NOT NULL,
  why TEXT NOT NULL,
  seen_data INTEGER NOT NULL CHECK (seen_data IN (0, 1)),
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (pilot, number)
);
INSERT INTO "amendments" VALUES('p',1,'a bar forgotten',0,'{"b":2,"rule":"standard@1"}','f70534bbc4187de45d411af9085aff963861189d40911037f50bb20690b887c9','2026-10-05T09:00:05+00:00','ben',6);
CREATE TABLE assignments (
  draw INTEGER NOT NULL REFERENCES draws(draw),
  team INTEGER NOT NULL REFERENCES teams(team_id),
  arm TEXT NOT NULL,
  start INTEGER,
  stratum TEXT NOT NULL,
  cluster TEXT NOT NULL,
  PRIMARY KEY (draw, team)
) WITHOUT ROWID;
INSERT INTO "assignments" VALUES(1,1,'anchor',202640,'','');
INSERT INTO "assignments" VALUES(1,2,'control',NULL,'','');
INSERT INTO "assignments" VALUES(2,1,'anchor',202640,'','');
INSERT INTO "assignments" VALUES(2,2,'control',NULL,'','');
CREATE TABLE decisions (
  decision INTEGER PRIMARY KEY,
  pilot TEXT NOT NULL,
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "decisions" VALUES(1,'p','{"verdict":"Stop"}','ae95492c9a79b72c9a1b70e3e223b843dd2d1d49d0ea2918dcd97b899dc3b5fa','2026-10-05T09:00:11+00:00','ann',12);
CREATE TABLE draws (
  draw INTEGER PRIMARY KEY,
  pilot TEXT NOT NULL,
  method TEXT NOT NULL,
  seed INTEGER,
  input_digest TEXT NOT NULL,
  balance TEXT NOT NULL,
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "draws" VALUES(1,'p','complete',7,'','[]','{"balance":[],"drawn_by":"","input_digest":"","method":"complete","notes":[],"pilot":"p","schema":"pilotlab/assignment@1","seed":7,"teams":[{"arm":"anchor","cluster":"","start":"2026-W40","stratum":"","team":"api"},{"arm":"control","cluster":"","start":null,"stratum":"","team":"web"}]}','a325a4e828e62271fbabdca5650ef51dd700b6ef27a25ed4472d9fde3178a8d4','2026-10-05T09:00:02+00:00','ann',3);
INSERT INTO "draws" VALUES(2,'p','complete',8,'','[]','{"balance":[],"drawn_by":"","input_digest":"","method":"complete","notes":[],"pilot":"p","schema":"pilotlab/assignment@1","seed":8,"teams":[{"arm":"anchor","cluster":"","start":"2026-W40","stratum":"","team":"api"},{"arm":"control","cluster":"","start":null,"stratum":"","team":"web"}]}','41c5f9393e4c09df3773f73be98f6d2cde6963b7083137acc8127113d75556cc','2026-10-05T09:00:03+00:00','ann',4);
CREATE TABLE entries (
  entry_id INTEGER PRIMARY KEY,
  metric INTEGER NOT NULL REFERENCES metrics(metric_id),
  week INTEGER NOT NULL,
  team INTEGER NOT NULL REFERENCES teams(team_id),
  slice TEXT NOT NULL,
  value REAL,
  gap TEXT,
  numerator REAL,
  denominator REAL,
  n INTEGER,
  revision INTEGER NOT NULL,
  submission INTEGER NOT NULL REFERENCES submissions(submission),
  CHECK ((value IS NULL) <> (gap IS NULL) AND (gap IS NULL OR gap IN ('leave', 'holiday', 'no_work', 'forgot', 'not_applicable')))
);
INSERT INTO "entries" VALUES(1,1,202640,1,'',21.5,NULL,NULL,NULL,NULL,1,1);
INSERT INTO "entries" VALUES(2,1,202640,2,'',NULL,'leave',NULL,NULL,NULL,1,1);
INSERT INTO "entries" VALUES(3,1,202640,1,'',12.5,NULL,NULL,NULL,NULL,2,2);
CREATE TABLE freezes (
  pilot TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "freezes" VALUES('p','{"rule":"standard@1"}','73e175dad5eef21254651f9ff11a1570d971ec1661ae30bc9d5b4cca480c6229','2026-10-05T09:00:04+00:00','ann',5);
CREATE TABLE ledger (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  verb TEXT NOT NULL,
  object TEXT NOT NULL,
  digest TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
);
INSERT INTO "ledger" VALUES(1,'2026-10-05T09:00:00+00:00','ann','declare','p','3d447533538e846a9f791c7b48e988041127738571bc1d9c972be710890af128','','2bea1ed901feeead288039466212bc2978f1fd7dddefc5efcd83ce7de03b7d43');
INSERT INTO "ledger" VALUES(2,'2026-10-05T09:00:01+00:00','ann','declare','p','ad670284ab4d61ae02821cdd1d12433e6b6f86bc2a1ccf46e6534690ce20e249','2bea1ed901feeead288039466212bc2978f1fd7dddefc5efcd83ce7de03b7d43','0f03550d98e579dcd7498ae9c4717cae72a2642241de4887114b755275ce1b6b');
INSERT INTO "ledger" VALUES(3,'2026-10-05T09:00:02+00:00','ann','assign','p','a325a4e828e62271fbabdca5650ef51dd700b6ef27a25ed4472d9fde3178a8d4','0f03550d98e579dcd7498ae9c4717cae72a2642241de4887114b755275ce1b6b','700c3b575ae70df079e751a379535b20a91b415e7b06e718bae84169d7fb0833');
INSERT INTO "ledger" VALUES(4,'2026-10-05T09:00:03+00:00','ann','assign','p','41c5f9393e4c09df3773f73be98f6d2cde6963b7083137acc8127113d75556cc','700c3b575ae70df079e751a379535b20a91b415e7b06e718bae84169d7fb0833','42bdf811588c87aa49ca876737f0921f1965689906228772d67ee0f3e6f46fc4');
INSERT INTO "ledger" VALUES(5,'2026-10-05T09:00:04+00:00','ann','freeze','p','73e175dad5eef21254651f9ff11a1570d971ec1661ae30bc9d5b4cca480c6229','42bdf811588c87aa49ca876737f0921f1965689906228772d67ee0f3e6f46fc4','d1596f4c42e1dba5808f3200219a3406b1346c4fc282e7a87588a2e1cf3fac22');
INSERT INTO "ledger" VALUES(6,'2026-10-05T09:00:05+00:00','ben','amend','p 1','f70534bbc4187de45d411af9085aff963861189d40911037f50bb20690b887c9','d1596f4c42e1dba5808f3200219a3406b1346c4fc282e7a87588a2e1cf3fac22','32310b266f58975e8468c0e9c3a38c04d04f6e875fd5efac25628619fafde436');
INSERT INTO "ledger" VALUES(7,'2026-10-05T09:00:06+00:00','ann','log','submission 1','dc6c144faa0c1575cc31e57b06bf5bd2f1263615473d9732686a777229081eac','32310b266f58975e8468c0e9c3a38c04d04f6e875fd5efac25628619fafde436','c6e446778ca45b757f6281ebc506ce7774845456cd5e7c16c2ba4eb524b8b1e5');
INSERT INTO "ledger" VALUES(8,'2026-10-05T09:00:07+00:00','ben','log','submission 2','cad652084e26d1e0018ab7cdefd46606a8ff686343f1a7db4d4c540b852b4c73','c6e446778ca45b757f6281ebc506ce7774845456cd5e7c16c2ba4eb524b8b1e5','63040e56ea325d412ebc2759aba106de0ab171358adcd9d738325ff5cc6313de');
INSERT INTO "ledger" VALUES(9,'2026-10-05T09:00:08+00:00','ann','rename','platform','e5715f8eaa948eed835433cc0e889d394163aa1d6d480579cbed5d24cfb60094','63040e56ea325d412ebc2759aba106de0ab171358adcd9d738325ff5cc6313de','01cd2f9cbe6eb2dc88a81ba28db06b3daf4788578f234494fc5476fe5a02dca3');
INSERT INTO "ledger" VALUES(10,'2026-10-05T09:00:09+00:00','ann','rename','core','b2ffe5470863ca76ffbe7122b7f304c45f4196895432ac9b163ad65e105384fd','01cd2f9cbe6eb2dc88a81ba28db06b3daf4788578f234494fc5476fe5a02dca3','25198cc2dfe11d7589fd367f1b00efb7cea986de1f56275e71dfd60f354494ad');
INSERT INTO "ledger" VALUES(11,'2026-10-05T09:00:10+00:00','ann','analyze','p','fbe47f6d82b435a89f6e6fca65ad16138195de06c5fc3ffb66826a76e64e479f','25198cc2dfe11d7589fd367f1b00efb7cea986de1f56275e71dfd60f354494ad','96a1419c68aa6616ec2a6224ee201f2f995e4a4690247345e4b56bfe4aa40d0c');
INSERT INTO "ledger" VALUES(12,'2026-10-05T09:00:11+00:00','ann','decide','p','ae95492c9a79b72c9a1b70e3e223b843dd2d1d49d0ea2918dcd97b899dc3b5fa','96a1419c68aa6616ec2a6224ee201f2f995e4a4690247345e4b56bfe4aa40d0c','0bd1b4b13842a6da07466e1616ccd06f15a7defc1b78d05cdb6c436bea181916');
INSERT INTO "ledger" VALUES(13,'2026-10-05T09:00:12+00:00','ann','readout','p','8fb496296c83cfc70ba20bba66e2eb4d8bfead77322c60286a0774c788d52d84','0bd1b4b13842a6da07466e1616ccd06f15a7defc1b78d05cdb6c436bea181916','be7a3573818aac32a1545dd53577436d06ffc06808484b9d3a84d0fa26ed0843');
CREATE TABLE metrics (
  metric_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  spec TEXT NOT NULL,
  UNIQUE (id, version)
);
INSERT INTO "metrics" VALUES(1,'focus_hours',1,'{"activity":false,"cadence_weeks":1,"decimals":2,"direction":"higher","family":"outcome","gaming":"","id":"focus_hours","kind":"continuous","label":"focus_hours","level":"team","min_group":5,"planning":{"autocorrelation":null,"basis":"","icc":null,"sd":null,"sd_of":"team_week"},"question":"","range":[0.0,60.0],"roles":["goal","watch"],"sensitive":false,"source":"","transform":"none","unit":"h/week","version":1,"window_weeks":1}');
CREATE TABLE observations (
  metric INTEGER NOT NULL REFERENCES metrics(metric_id),
  week INTEGER NOT NULL,
  team INTEGER NOT NULL REFERENCES teams(team_id),
  slice TEXT NOT NULL,
  value REAL,
  gap TEXT,
  numerator REAL,
  denominator REAL,
  n INTEGER,
  revision INTEGER NOT NULL,
  submission INTEGER NOT NULL,
  first_submission INTEGER NOT NULL,
  PRIMARY KEY (metric, week, team, slice)
) WITHOUT ROWID;
INSERT INTO "observations" VALUES(1,202640,1,'',12.5,NULL,NULL,NULL,NULL,2,2,1);
INSERT INTO "observations" VALUES(1,202640,2,'',NULL,'leave',NULL,NULL,NULL,1,1,1);
CREATE TABLE pilots (
  pilot TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "pilots" VALUES('p','{"id":"p","title":"new"}','ad670284ab4d61ae02821cdd1d12433e6b6f86bc2a1ccf46e6534690ce20e249','2026-10-05T09:00:01+00:00','ann',2);
CREATE TABLE readouts (
  readout INTEGER PRIMARY KEY,
  pilot TEXT NOT NULL,
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "readouts" VALUES(1,'p','{"digest":"x"}','8fb496296c83cfc70ba20bba66e2eb4d8bfead77322c60286a0774c788d52d84','2026-10-05T09:00:12+00:00','ann',13);
CREATE TABLE runs (
  run INTEGER PRIMARY KEY,
  pilot TEXT NOT NULL,
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "runs" VALUES(1,'p','{"seed":1}','fbe47f6d82b435a89f6e6fca65ad16138195de06c5fc3ffb66826a76e64e479f','2026-10-05T09:00:10+00:00','ann',11);
CREATE TABLE submissions (
  submission INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  content_digest TEXT,
  why TEXT NOT NULL,
  first_entry INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "submissions" VALUES(1,'log',NULL,'',1,2,'2026-10-05T09:00:06+00:00','ann',7);
INSERT INTO "submissions" VALUES(2,'log',NULL,'typo',3,1,'2026-10-05T09:00:07+00:00','ben',8);
CREATE TABLE team_names (
  name TEXT PRIMARY KEY,
  team_id INTEGER NOT NULL REFERENCES teams(team_id),
  valid_from INTEGER NOT NULL,
  valid_to INTEGER,
  why TEXT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  ledger_seq INTEGER NOT NULL REFERENCES ledger(seq) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "team_names" VALUES('platform',1,202641,202642,'merged','2026-10-05T09:00:08+00:00','ann',9);
INSERT INTO "team_names" VALUES('core',1,202643,NULL,'merged again','2026-10-05T09:00:09+00:00','ann',10);
CREATE TABLE teams (
  team_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
INSERT INTO "teams" VALUES(1,'api');
INSERT INTO "teams" VALUES(2,'web');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX entries_corrections ON entries (metric, week, team, slice, revision) WHERE revision > 1;
CREATE INDEX submissions_content ON submissions (content_digest);
CREATE INDEX draws_pilot ON draws (pilot);
CREATE VIEW entries_readable AS SELECT e.entry_id, t.name AS team, printf('%d-W%02d', e.week / 100, e.week % 100) AS week,
       m.id AS metric, m.version AS metric_version, e.slice, e.value, e.gap, e.numerator, e.denominator, e.n,
       e.revision, s.actor, s.source, s.content_digest AS source_digest, s.at, s.why
FROM entries e JOIN teams t ON t.team_id = e.team JOIN metrics m ON m.metric_id = e.metric
JOIN submissions s ON s.submission = e.submission;
CREATE VIEW observations_readable AS SELECT t.name AS team, printf('%d-W%02d', o.week / 100, o.week % 100) AS week,
       m.id AS metric, m.version AS metric_version, o.slice, o.value, o.gap, o.numerator, o.denominator, o.n,
       o.revision, s.actor, s.source, s.at, s.why
FROM observations o JOIN teams t ON t.team_id = o.team JOIN metrics m ON m.metric_id = o.metric
JOIN submissions s ON s.submission = o.submission;
CREATE VIEW assignments_readable AS SELECT d.pilot, t.name AS team, a.arm, CASE WHEN a.start THEN printf('%d-W%02d', a.start / 100, a.start % 100) END AS start, a.stratum, a.cluster
FROM assignments a JOIN draws d ON d.draw = a.draw JOIN teams t ON t.team_id = a.team
WHERE d.draw = (SELECT max(draw) FROM draws newest WHERE newest.pilot = d.pilot);
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
CREATE TRIGGER submissions_no_update BEFORE UPDATE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;
CREATE TRIGGER submissions_no_delete BEFORE DELETE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER draws_no_update BEFORE UPDATE ON draws BEGIN SELECT RAISE(ABORT, 'draws is append-only'); END;
CREATE TRIGGER draws_no_delete BEFORE DELETE ON draws BEGIN SELECT RAISE(ABORT, 'draws is append-only'); END;
CREATE TRIGGER assignments_no_update BEFORE UPDATE ON assignments BEGIN SELECT RAISE(ABORT, 'assignments is append-only'); END;
CREATE TRIGGER assignments_no_delete BEFORE DELETE ON assignments BEGIN SELECT RAISE(ABORT, 'assignments is append-only'); END;
CREATE TRIGGER freezes_no_update BEFORE UPDATE ON freezes BEGIN SELECT RAISE(ABORT, 'freezes is append-only'); END;
CREATE TRIGGER freezes_no_delete BEFORE DELETE ON freezes BEGIN SELECT RAISE(ABORT, 'freezes is append-only'); END;
CREATE TRIGGER amendments_no_update BEFORE UPDATE ON amendments BEGIN SELECT RAISE(ABORT, 'amendments is append-only'); END;
CREATE TRIGGER amendments_no_delete BEFORE DELETE ON amendments BEGIN SELECT RAISE(ABORT, 'amendments is append-only'); END;
CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'runs is append-only'); END;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'runs is append-only'); END;
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END;
CREATE TRIGGER readouts_no_update BEFORE UPDATE ON readouts BEGIN SELECT RAISE(ABORT, 'readouts is append-only'); END;
CREATE TRIGGER readouts_no_delete BEFORE DELETE ON readouts BEGIN SELECT RAISE(ABORT, 'readouts is append-only'); END;
CREATE TRIGGER ledger_follows BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM ledger)
  OR NEW.previous IS NOT ifnull((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '')
BEGIN SELECT RAISE(ABORT, 'ledger: a row must follow the one before'); END;
COMMIT;
PRAGMA application_id = 1347174722;
PRAGMA user_version = 1;
