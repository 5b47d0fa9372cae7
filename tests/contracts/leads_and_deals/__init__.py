"""A lead in qualification and its deals in pipeline, by the deciders of both."""
