"""The score of a lead and its explanation: a pure function of engagements, a model and an instant."""
