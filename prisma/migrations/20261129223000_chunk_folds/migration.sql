-- What a chunk's points come to in blocks of 2^fold_level steps, so that a wide chart reads no points (ADR 0007, prisma/src/metrics/folds.ts). Null in chunks
-- from before, and where it would save little.
ALTER TABLE metrics.chunk ADD COLUMN fold_level integer, ADD COLUMN folds bytea;
ALTER TABLE metrics.chunk_0 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_1 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_2 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_3 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_4 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_5 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_6 ALTER folds SET STORAGE EXTERNAL;
ALTER TABLE metrics.chunk_7 ALTER folds SET STORAGE EXTERNAL;
