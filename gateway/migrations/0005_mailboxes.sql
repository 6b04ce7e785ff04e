-- Where a person gets e-mail, and in which language; whoever sends it hears of it in UserState.
ALTER TABLE users ADD COLUMN email text;            -- NULL: he gets none
ALTER TABLE users ADD COLUMN language text NOT NULL DEFAULT 'zh-CN' CHECK (language IN ('zh-CN', 'en'));
