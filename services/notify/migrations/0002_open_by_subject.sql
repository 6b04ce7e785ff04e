-- Whether an event ends anybody's work is asked of every order, and of most the answer is no.
CREATE INDEX todos_open_by_subject ON todos (subject_id) WHERE status = 'OPEN';
