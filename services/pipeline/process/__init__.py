"""The sales processes: the stages of every pipeline, as versioned data in one stream."""
