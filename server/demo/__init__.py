"""The demonstration: a sample channel, and a month of its life told day by day."""
