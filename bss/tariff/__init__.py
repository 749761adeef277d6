"""The tariff: what a quantity costs under a price, exactly, and why. Pure: see README.md."""
