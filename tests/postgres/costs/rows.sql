INSERT INTO parent SELECT i, i FROM generate_series(1, 1000) i;
INSERT INTO child SELECT i, i FROM generate_series(1, 1000) i;
INSERT INTO t (id, a, b, n, k, pid, vc10, vc50, ch5, bi, fl, num, numu, ts, tstz, ts3, tm3, iv3, cid, vb, bt, js, ci, en, dp,
               va, idxint, idxvc, idxtext, idxts, chk, gb, mt, xvc, pvc, uvc, idp)
SELECT i, i, i, i, i, i, i, i, i, i, i, i, i, now(), now(), now(), '1:00', '1 s', '10.0.0.0/8', B'1', B'11111111', '{}',
       i, 'a', i, ARRAY['a'], i, i, i, now(), i, i, 'a', i, i, i, i
FROM generate_series(1, 1000) i;
INSERT INTO pk0 SELECT i, i FROM generate_series(1, 1000) i;
INSERT INTO other SELECT i, i FROM generate_series(1, 1000) i;
INSERT INTO ul SELECT i FROM generate_series(1, 1000) i;
INSERT INTO vt SELECT i, i, i FROM generate_series(1, 1000) i;
REFRESH MATERIALIZED VIEW mv;
INSERT INTO inhp SELECT i FROM generate_series(1, 1000) i;
INSERT INTO inhc SELECT i FROM generate_series(1, 1000) i;
INSERT INTO pt SELECT i, 1 + i % 1000, 1 FROM generate_series(1, 2000) i;
INSERT INTO newpart SELECT i, 1, 1 FROM generate_series(2001, 3000) i;
INSERT INTO forebear SELECT i, i, i FROM generate_series(1, 1000) i;
INSERT INTO heir SELECT i, i, i, i FROM generate_series(1, 1000) i;
INSERT INTO vparent SELECT i FROM generate_series(1, 1000) i;
INSERT INTO vchild SELECT i FROM generate_series(1, 1000) i;
INSERT INTO qt SELECT i, 1 + i % 1000, i FROM generate_series(1, 2000) i;
INSERT INTO qnew SELECT i, 1, i FROM generate_series(3001, 4000) i;
INSERT INTO qref SELECT i FROM generate_series(1, 1000) i;
