"""Those who follow feeds in this process: who they are, and who wakes them."""
