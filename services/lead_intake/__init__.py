"""Lead intake: who showed interest, when, and through what; and the people behind it, until they are erased."""
