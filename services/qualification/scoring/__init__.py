"""What a lead scores, and why: a pure function of its engagements and a model."""
