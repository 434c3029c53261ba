-- The first event is covered by a checkpoint, signed with the key that tests have.
INSERT INTO checkpoint (number, made_at, previous_hash, hash, public_key, signature)
VALUES (1, '2026-11-21T10:05:00Z', '', '\xdd75db0c378bf4af4bcdcab235511801e0c0b87a9bcd7315927ba581d25548d3', '\x302a300506032b657003210003a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
        '\x95f9d71128000d82c1a53ee813e2605676d4637f71eb7211257b34d82a066ee2ef45f2b66af3f22c15c1cc60a2da6a4a039f60235c2841c173207ad6e0e23906');
INSERT INTO checkpoint_chain (checkpoint, run, stream, sequence, hash)
VALUES (1, 'middle', 'chunk-1', 1, '\x51a8f574a23cbed96f2f87c27dc8181db677e34d60f15e1d90c57798a7e67df2');
UPDATE trail_stream SET checkpointed = 1;
